"""The kinds of a user's own data sets, a file each; table lists them."""
