"""The interface for Python programs and notebooks; names has what is public, as `mmdvae.NAME`.

compare runs a comparison in a child process, report reads one, model applies what it trained.
May import: conclusions, experiment, export, jobs, measures, model, record, training.
"""
