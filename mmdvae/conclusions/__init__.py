"""Conclusions from the metrics of a comparison, within each number of latent dimensions.

verdicts judges claims by comparisons, checks looks for problems, advice is on settings; pooled and effects: statistics.
May import: measures, penalties, record.
"""
