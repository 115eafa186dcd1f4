"""The next trainings worth having, by the validation metrics of those that are done; no test metric is ever read.

search proposes them, from what measured knows of each variant, at the corners and in the gaps of a front.
May import: conclusions, measures, record.
"""
