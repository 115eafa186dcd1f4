"""Which Prefect server a command uses.

choose finds or rejects one, temporary starts one, loopback bypasses proxies for it.
May import: no other package here.
"""
