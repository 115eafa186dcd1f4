"""The provenance section: where the numbers come from."""

from dataclasses import replace

import fake_run
from fake_run import QUICK
from parsed_page import of, section

from reports.sections.more import provenance


def test_the_page_says_where_it_comes_from(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    said, run = section(of(fake), "provenance"), fake.report.run
    for fact in (run.command, run.code.commit, "uncommitted changes", run.dataset.sha256, "2.21.0"):
        assert fact in said
    assert "test accuracy 0.9104" in said
    for fact in ("optimizer adam, learning rate 0.001, batch size 128, epochs 3", "flip no", "402,545 parameters"):
        assert fact in said
    assert "not recorded" not in said


def test_a_run_of_before_recipes_were_recorded_says_so(tmp_path):
    report = fake_run.make(tmp_path, QUICK[:1]).report
    older = replace(report, run=replace(report.run, recipe_settings={}))
    said = dict(provenance.build(older, []).facts)["Training"]
    assert said == "epochs 3; the recipe's other settings were not recorded"
