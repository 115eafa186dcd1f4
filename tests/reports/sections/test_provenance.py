"""Reproduce: where the numbers come from, in readable words."""

from dataclasses import replace

import fake_run
from fake_run import QUICK
from parsed_page import of, section

from reports.sections.more import provenance


def facts(report):
    return dict(provenance.build(report, []).facts)


def test_the_page_says_where_it_comes_from(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    said, run = section(of(fake), "reproduce"), fake.report.run
    for fact in (run.command, run.code.commit[:12], "uncommitted changes", run.dataset.sha256, "tensorflow 2.21.0"):
        assert fact in said
    assert "test accuracy 91.0 %, 10 classes, 64 features, SHA-256 " + "c1a5" * 16 in said
    assert "optimizer adam, learning rate 0.001, batches of 128, 3 epochs" in said
    assert "402,545 parameters" in said
    assert "GB memory" in said
    assert "Data files" in said
    assert "not recorded" not in said


def test_settings_at_their_defaults_and_unknown_facts_take_no_room(tmp_path):
    report = fake_run.make(tmp_path, QUICK[:1]).report
    said = facts(report)["Training"]
    assert "mirrored" not in said
    assert "contrast" not in said
    assert "momentum of batch norm 0.9" in said
    settings = report.run.recipe_settings | {"flip": True, "contrast": 0.2, "training_flag": False, "new_knob": 3}
    said = facts(replace(report, run=replace(report.run, recipe_settings=settings)))["Training"]
    for words in ("inputs mirrored", "changed by up to 0.2", "validation in training mode", "new knob 3"):
        assert words in said
    unknown = replace(report.run, code=replace(report.run.code, commit=None, dirty=None), classifier=None)
    assert not {"Code", "Samples judged by a classifier with"} & facts(replace(report, run=unknown)).keys()


def test_a_run_of_before_recipes_were_recorded_says_so(tmp_path):
    report = fake_run.make(tmp_path, QUICK[:1]).report
    older = replace(report, run=replace(report.run, recipe_settings={}))
    assert facts(older)["Training"] == "3 epochs; the recipe's other settings were not recorded"
