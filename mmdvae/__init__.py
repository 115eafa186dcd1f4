"""Data, model, training, measurements and conclusions: everything that computes.

Packages follow the data: data, penalties, model, training, measures, record, conclusions; jobs runs them.
May import: nothing of the other three folders.
"""
