"""Everything else, folded."""
