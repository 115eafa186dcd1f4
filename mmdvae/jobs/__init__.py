"""Jobs whose results are cached: keys made of their dependencies, a store, child processes that do the work.

store keeps finished work, code_digest identifies the code, child and forkserver do the work.
May import: penalties, plugins.
"""
