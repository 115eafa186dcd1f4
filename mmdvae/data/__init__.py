"""The images: found, checked, decoded once into arrays that are named by their digest.

catalog has a row per data set, prepare makes the arrays, array_folder reads them.
May import: no other package here.
"""
