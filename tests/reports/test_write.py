"""A page made again: with the verdicts of its day, or judged anew."""

import fake_run
import pytest

from mmdvae.record import report_json
from reports import write


@pytest.mark.parametrize("judge", [False, True])
def test_a_run_is_judged_again_only_where_that_is_asked_for(tmp_path, judge):
    fake = fake_run.make(tmp_path, fake_run.QUICK[:2])
    as_made = fake.report.verdicts
    fake.save(verdicts=[], checks=[])
    write.rewrite(fake.run_dir, fake.store, judge=judge)
    found = report_json.load(fake.run_dir)
    assert found.verdicts == (as_made if judge else [])
    assert bool(found.checks) is judge
