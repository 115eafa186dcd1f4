"""The variational autoencoder: networks, sampling and objective.

vae is the model, networks has the encoder and decoder, batches applies them to many images.
May import: data.
"""
