"""The experiment's story, the command line, deployments.

compare tells the story; cli, commands, server, progress and lifecycle are what a run needs around it.
May import: tasks, mmdvae, reports.
"""
