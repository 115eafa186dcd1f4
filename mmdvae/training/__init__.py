"""From a variant and a seed to trained weights, resumable at every epoch.

fit tells the story; build, compiled_loop, schedule, batch_norm_statistics and checkpoint are its parts.
May import: data, jobs, model.
"""
