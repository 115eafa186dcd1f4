"""Metrics of a trained model on the test images; two on the validation images, to choose settings by.

evaluate measures one model, baselines measures references, classifier judges samples; the formulas have a file each.
May import: data, model, training.
"""
