"""Commands other than compare: deployments, finished runs, the store, serving a page; and what Ctrl-C does.

operations declares those that need a permanent server.
May import: server, lifecycle.
"""
