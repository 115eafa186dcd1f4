"""What folders and files of the store are called."""

import re

from mmdvae.jobs.kinds import KINDS

RESULT = "result.json"  # written last: the record, and the digests of the files that belong to it
REQUEST = "request.json"  # what was asked for
LOCK = ".lock"
DATA = "data"  # the kind of a prepared data set, which no job makes
KEY = re.compile(rf"({'|'.join([DATA, *(kind.name for kind in KINDS)])})-[0-9a-f]{{24}}")
