"""The variational autoencoder: networks, what is sampled, what is minimised.

vae is the model, networks the encoder and decoder, batches applies them to many images.
May import: data.
"""
