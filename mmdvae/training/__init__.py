"""Train a variant with a seed; training can be resumed after every epoch.

fit is the training itself; build, own_network, compiled_loop, schedule, batch_norm_statistics, checkpoint its parts.
May import: data, jobs, model, plugins.
"""
