"""The result of a comparison as data.

result defines its types, report_json writes and reads them.
May import: penalties.
"""
