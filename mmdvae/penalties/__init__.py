"""The penalties that pull the codes towards the prior: one formula per file, one row in table for each.

A formula is a function `value(outputs, variant, recipe)` -> scalar; with kernels also `kernel(variant)`.
May import: no other package here.
"""
