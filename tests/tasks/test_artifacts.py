"""Artifacts for Prefect's UI: their size and content; tests/flows/test_flow.py tests the flow that publishes them."""

import json
import re

import fake_run
import pytest
from fake_run import HOSTILE, QUICK, FakeVariant

from reports import write
from reports.page import artifact, markdown, page
from reports.sections.answer import headline
from reports.sections.numbers import summary
from reports.stored_arrays import StoredArrays


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("artifacts")
    fake = fake_run.make(out, [*QUICK[:4], FakeVariant(sigma=3.0)])
    fake.rename("mmd-a0.6-s3", HOSTILE)
    return fake, write.write(fake.run_dir, fake.store)


def test_the_markdown_has_answer_table_one_picture_and_the_path_of_the_page(written):
    fake, html = written
    text = markdown.artifact(html)
    assert "| α\u00a00.6, σ\u00a02.83 | ● alive |" in text
    assert f"**{markdown.plain(headline.sentence(fake.report))}.**" in text
    assert text.count("](data:image/png;base64,") == 1
    assert text.splitlines()[-1].replace("\\", "") == f"The whole report: {html}"
    assert len(text.encode()) <= 150_000
    assert str(html) not in html.with_name("summary.md").read_text()  # because it may be sent to others


def test_many_failures_do_not_make_the_summary_too_large_and_are_counted(tmp_path):
    many = [FakeVariant(sigma=3.0 + i, status="failed", error="ä" * 600) for i in range(400)]  # two bytes each
    fake = fake_run.make(tmp_path, [*QUICK[:4], *many])
    path = tmp_path / "summary.md"
    markdown.write(fake.report, StoredArrays(fake.run_dir, fake.store), path, [])
    text = path.read_text()
    assert 100_000 < len(text.encode()) <= markdown.LARGEST
    assert "](data:image/png;base64," in text
    notes = text[text.rindex("\n| ") :]
    shown = notes.count("\n- **")
    (left,) = re.findall(r"^- (\d+) more notes are in the report\.$", text, re.M)
    assert shown + int(left) == len(list(markdown._notes(fake.report, [])))


def test_a_summary_that_could_not_be_written_is_said_and_the_path_stays(tmp_path):
    assert "could not be written" in markdown.artifact(tmp_path / "report.html")
    assert "report.html" in markdown.artifact(tmp_path / "report.html")


def test_the_table_has_a_row_for_all_and_the_columns_of_the_table_of_numbers_as_text(tmp_path):
    fake = fake_run.make(tmp_path, [QUICK[0], FakeVariant(sigma=2.0, status="failed")])
    rows = summary.records(fake.report)
    assert [row["variant"] for row in rows] == ["no penalty", "α\u00a00.6, σ\u00a02", "PCA-8", "best possible"]
    assert [row["id"] for row in rows[:2]] == ["none", "mmd-a0.6-s2"]
    assert rows[0]["BCE (nats/pixel)"] == f"{fake.report.variants[0].mean('bce'):.4f}"
    assert rows[1]["BCE (nats/pixel)"] == rows[1]["state"] == "failed"
    assert rows[2]["Distance (sliced W2)"] == "–"
    assert len({tuple(row) for row in rows}) == 1
    json.dumps(rows)


def test_the_small_page_has_no_script_no_link_and_says_what_it_leaves_out(written, monkeypatch):
    fake, _ = written
    run, store = fake.report, StoredArrays(fake.run_dir, fake.store)
    whole = artifact.render(run, store)
    assert "Left out here" not in whole
    monkeypatch.setattr(artifact, "LARGEST", 200_000)
    html = artifact.render(run, store)
    assert len(html.encode()) <= 200_000
    assert "Left out here, and in report.html: " in html
    assert all('id="sheet-title"' in text for text in (html, whole))  # the first section stays longest
    assert 'id="codes-title"' in whole
    assert 'id="codes-title"' not in html
    for text in (html, whole):
        assert "<script" not in text
        assert 'href="' not in text
        assert HOSTILE not in text


def test_links_within_the_small_page_are_taken_out_for_they_would_load_the_page_around_it():
    assert artifact._unlinked('<p><a class="x" href="#latent">see</a> href="#y" in text</p>') == (
        '<p><a class="x">see</a> in text</p>'
    )


def test_a_page_whose_head_is_too_large_is_an_error(written, monkeypatch):
    fake, _ = written
    monkeypatch.setattr(artifact, "LARGEST", 1000)
    with pytest.raises(ValueError, match="head alone takes more than 1000 bytes"):
        artifact.render(fake.report, StoredArrays(fake.run_dir, fake.store))


def test_page_and_small_page_have_the_same_head(written):
    fake, html = written
    run, store = fake.report, StoredArrays(fake.run_dir, fake.store)
    heads = [re.search(r"<h1>.*?</h1>", text, re.S)[0] for text in (html.read_text(), artifact.render(run, store))]
    assert heads[0] == heads[1]
    assert page.top(run, store, []).headline in heads[0]
