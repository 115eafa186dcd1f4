"""Prefect tasks: names, retries, where child processes run.

load, work and report wrap what mmdvae and reports do; processes has the children.
May import: mmdvae, reports.
"""
