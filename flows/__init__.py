"""The comparison as a flow, the command line, deployments.

story has the steps and compare runs them; cli, commands, server, progress and lifecycle are what a run needs around it.
May import: tasks, mmdvae, reports.
"""
