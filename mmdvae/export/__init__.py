"""Use of trained models elsewhere: as files that need nothing of ours, codes of any images, samples.

write makes the files, about says what they are; codes and samples are tables and pictures.
May import: data, jobs, measures, model, record, training.
"""
