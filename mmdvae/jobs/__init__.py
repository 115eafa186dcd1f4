"""Pieces of work that run once: names that say what they depend on, where they lie, how a child does them.

store keeps what is finished, code_digest tells code apart, child and forkserver do the work.
May import: penalties.
"""
