"""Prefect tasks: names, retries, where child processes run.

load, work and report wrap functions of mmdvae and reports; processes has the child processes.
May import: mmdvae, reports.
"""
