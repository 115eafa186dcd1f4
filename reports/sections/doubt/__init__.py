"""What to doubt: checks, learning curves, claims."""
