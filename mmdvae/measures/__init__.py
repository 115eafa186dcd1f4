"""What a trained model's numbers are, on the test images.

evaluate measures one model, baselines what to hold it against, classifier judges samples; a formula per file.
May import: data, model, training.
"""
