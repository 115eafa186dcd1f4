"""Commands besides compare: deployments, finished runs, the page at an address, Ctrl-C.

operations declares those that need a server that lasts.
May import: server, lifecycle.
"""
