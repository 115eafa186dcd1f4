"""Prefect tasks: names, retries, caching, child processes. Empty on purpose."""
