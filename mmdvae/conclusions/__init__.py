"""Conclusions from the metrics of a comparison.

verdicts judges claims by comparisons, checks looks for problems, advice is on settings; pooled and effects: statistics.
May import: measures, penalties, record.
"""
