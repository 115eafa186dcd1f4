"""The experiment's story, the command line, deployment. Empty on purpose: `mmdvae --help` must not load Prefect."""
