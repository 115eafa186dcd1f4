"""Names of the folders and files in the store."""

import re

from mmdvae.jobs.kinds import KINDS

RESULT = "result.json"  # written last: the record, and the digests of its files
REQUEST = "request.json"  # the request, without paths
LOCK = ".lock"
DATA = "data"  # the kind of a prepared data set, which is not made by a job
KEY = re.compile(rf"({'|'.join([DATA, *(kind.name for kind in KINDS)])})-[0-9a-f]{{24}}")
