"""Commands other than compare: deployments, finished runs, the store, serving a page; and what Ctrl-C does.

choices, results, store and operations declare them (operations: those that need a permanent server).
May import: lifecycle, progress, server.
"""
