"""Child processes of this machine; nothing here knows Prefect.

pool runs jobs in children, devices says where, leases shares the machine between runs.
May import: no other package here.
"""
