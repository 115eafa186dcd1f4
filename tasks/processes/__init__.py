"""Child processes on this machine; nothing here depends on Prefect.

pool runs jobs in child processes, devices says where, leases shares the machine between runs.
May import: no other package here.
"""
