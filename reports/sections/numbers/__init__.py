"""The main metrics as a table."""
