"""Train a variant with a seed; training can be resumed after every epoch.

fit is the training itself; build, compiled_loop, schedule, batch_norm_statistics and checkpoint are its parts.
May import: data, jobs, model.
"""
