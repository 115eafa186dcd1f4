"""Conclusions from the metrics of a comparison.

verdicts judges the claims, checks looks for problems, advice is on settings; paired and groups are their statistics.
May import: measures, penalties, record.
"""
