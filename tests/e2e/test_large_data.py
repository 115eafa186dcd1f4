"""A data set of 3.7 GB is prepared in a sixth of that memory."""

import hashlib
import json
import shutil
import subprocess
import sys

import numpy as np

from mmdvae.data import array_folder

COUNT, SHAPE = 300_000, (64, 64, 3)
LIMIT = 600  # MB
CODE = f"""
import re, sys
from pathlib import Path
import numpy as np
from mmdvae.data import prepare
from mmdvae.data.catalog import Own
from mmdvae.data.kinds import table
from mmdvae.data.source import Part, Source, rows_in_block

COUNT, SHAPE = {COUNT}, {SHAPE}

def blocks():
    rng, step = np.random.default_rng(0), rows_in_block({np.prod(SHAPE)})
    for start in range(0, COUNT, step):
        yield rng.integers(0, 256, (min(step, COUNT - start), *SHAPE), np.uint8)

def opened(place, options):
    labels = (np.arange(COUNT) % 10).astype(np.uint8)
    return Source(shape=SHAPE, parts=(Part(name="", labels=labels, blocks=blocks),), classes=tuple("0123456789"))

table.KINDS["made"] = table.Kind(name="made", form="made:PATH", opened=opened)
got = prepare.prepare(Own(kind="made", path=Path(sys.executable)), data_dir=None, store=Path(sys.argv[1]))
# Not ru_maxrss, which begins with the peak of the process that started this one.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1000
print(got.sha256, got.folder, got.train, got.valid, got.test, peak)
"""


def test_three_hundred_thousand_images_are_prepared_in_blocks(tmp_path):
    done = subprocess.run([sys.executable, "-c", CODE, str(tmp_path)], capture_output=True, text=True, check=True)
    sha256, folder, train, valid, test, peak = done.stdout.split()
    assert int(peak) < LIMIT
    assert [int(train), int(valid), int(test)] == [245_000, 5_000, 50_000]
    total = hashlib.sha256(json.dumps(list("0123456789")).encode())
    for name in array_folder.FILES:
        array = np.load(tmp_path / folder / name, mmap_mode="r")
        total.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        for start in range(0, len(array), 10_000):
            total.update(array[start : start + 10_000].tobytes())
    assert total.hexdigest() == sha256
    shutil.rmtree(tmp_path / folder)
