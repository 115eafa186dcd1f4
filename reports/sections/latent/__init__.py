"""Pictures of the latent space."""
