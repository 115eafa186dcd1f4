"""Several numbers of latent dimensions beside each other."""
