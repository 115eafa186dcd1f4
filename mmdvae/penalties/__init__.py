"""What pulls the codes to the prior: a formula per file, and a row in table for each.

A formula is `value(outputs, variant, recipe)`, a scalar; with kernels also `kernel(variant, dim)`.
May import: no other package here.
"""
