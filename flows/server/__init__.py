"""Which Prefect server a command uses.

choose finds or refuses one, temporary starts one, loopback keeps proxies away from it.
May import: no other package here.
"""
