"""MMD-VAEs: data, kernels, training and evaluation. Empty on purpose: reading a record must not load Keras."""
