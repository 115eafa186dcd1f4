"""The head of the page."""
