"""The main numbers as one table: values with bars, or differences from no penalty."""
