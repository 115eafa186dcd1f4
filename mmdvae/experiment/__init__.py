"""What is compared: variants, recipe, seeds and data, from a TOML file, a preset or the command line.

experiment is the checked whole, file reads and writes it by way of tables, of which schema says what they hold.
May import: measures, penalties, data, plugins, record.
"""
