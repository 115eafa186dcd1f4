"""The head of the page: what to use, what it buys and costs, how sure that is, what to run next."""
