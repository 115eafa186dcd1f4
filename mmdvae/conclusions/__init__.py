"""What the numbers of a result support.

verdicts on claims, checks for faults, advice on settings; paired and groups are their statistics.
May import: measures, penalties, record.
"""
