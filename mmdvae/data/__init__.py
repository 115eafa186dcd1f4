"""Find the images of a data set, check them, and decode them once into arrays in a folder named by their digest.

catalog lists the data sets, adapter runs a user's own function, prepare makes the arrays, array_folder reads them.
May import: plugins.
"""
