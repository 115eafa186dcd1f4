"""What is compared: variants, recipe, seeds and data, from a TOML file, a preset or the command line.

experiment is the checked whole, file reads and writes it, schema says what a file may hold, blocks are its variants.
May import: measures, penalties, data, plugins, record.
"""
