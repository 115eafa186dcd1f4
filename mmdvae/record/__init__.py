"""What the result of a comparison is.

result has its types, report_json writes and reads them.
May import: penalties.
"""
