"""index.html: the list of runs."""

import re
import subprocess
import sys

import fake_run
from browsing import PHONE
from fake_run import QUICK, FakeVariant

from reports import run_title, write
from reports.run_index import index
from reports.sections.answer import headline


def test_runs_are_listed_newest_first_whatever_their_names_or_time_zones(tmp_path):
    fake_run.make(tmp_path, QUICK[:1], run_id="b", created="2026-03-01T10:00:00+00:00")
    fake_run.make(tmp_path, QUICK[:1], run_id="a", created="2026-03-01T10:30:00+02:00")
    fake_run.make(tmp_path, QUICK[:1], run_id="c", created="2025-12-31T23:59:00+00:00")
    assert [entry.id for entry in index.entries(tmp_path)] == ["b", "a", "c"]


def test_a_line_says_what_a_run_found_and_at_which_price(tmp_path):
    fake = fake_run.make(tmp_path, [*QUICK, FakeVariant(sigma=9.0, status="failed")])
    write.write(fake.run_dir, fake.store)
    (entry,) = index.entries(tmp_path)
    assert (entry.link, entry.date) == ("./2026-03-01-quick/report.html", "2026-03-01 09:30 UTC")
    assert (entry.title, entry.failed) == (run_title.title(fake.report), "1 unfinished")
    assert entry.compared == "7 variants, 3 epochs, seed 0"
    assert (entry.headline, entry.price) == (headline.sentence(fake.report), headline.price(fake.report))
    html = index.write(tmp_path).read_text()
    assert f'<td class="headline">{entry.headline}</td>' in html
    assert f'<td class="price">{entry.price}</td>' in html
    assert "mmd-a0.6" not in html


def test_a_headline_that_cannot_be_told_costs_no_list(tmp_path, monkeypatch):
    fake_run.make(tmp_path, QUICK[:1])
    monkeypatch.setattr(headline, "price", lambda report: 1 / 0)
    (entry,) = index.entries(tmp_path)
    assert (entry.problem, entry.headline, entry.price) == ("", "–", "–")


def test_a_broken_report_is_listed_as_unreadable_and_the_others_stay(tmp_path):
    fake_run.make(tmp_path, QUICK[:1], run_id="good")
    for name, content in (("cut", '{"schema": 1, "run"'), ("list", "[]"), ("bytes", "\udcff")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    html = index.write(tmp_path).read_text()
    assert html.count("unreadable") == 3
    assert [entry.id for entry in index.entries(tmp_path)][0] == "good"
    assert str(tmp_path) not in html


def test_the_store_and_loose_files_are_no_runs(tmp_path):
    fake_run.make(tmp_path, QUICK[:1], run_id="good")
    (tmp_path / "notes.txt").write_text("x")
    assert [entry.id for entry in index.entries(tmp_path)] == ["good"]


def test_a_run_that_is_being_written_is_not_listed(tmp_path):
    fake_run.make(tmp_path, QUICK[:1], run_id=".draft")
    assert index.entries(tmp_path) == []


def test_a_folder_that_does_not_exist_has_no_runs(tmp_path):
    assert index.entries(tmp_path / "none") == []


def test_an_entry_is_one_line_of_text_for_the_terminal(tmp_path):
    fake = fake_run.make(tmp_path, QUICK)
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "report.json").write_text('{"schema": 1}')
    good, bad = map(str, index.entries(tmp_path))
    parts = [
        "2026-03-01-quick: 2026-03-01 09:30 UTC",
        run_title.title(fake.report),
        "6 variants, 3 epochs, seed 0",
        headline.sentence(fake.report),
        f"price {headline.price(fake.report)}",
    ]
    assert good == " · ".join(parts).replace("\N{NO-BREAK SPACE}", " ")
    assert bad == "cut: unreadable, run: field required"


def test_settings_that_are_none_cost_no_list(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    fake.save_run(recipe_settings={"epochs": "<b>many</b>"})
    (entry,) = index.entries(tmp_path)
    assert (entry.problem, entry.compared) == ("", "1 variant, 3 epochs, seed 0")


def test_an_empty_folder_has_an_index_too(tmp_path):
    assert "No run here yet" in index.write(tmp_path).read_text()


def test_a_hostile_folder_name_is_text_and_its_link_stays_inside(tmp_path):
    name = "javascript:alert(1)<b>\"'#?%"
    fake = fake_run.make(tmp_path, QUICK[:1], run_id=name)
    write.write(fake.run_dir, fake.store)
    html = index.write(tmp_path).read_text()
    assert "<b>" not in html
    (link,) = re.findall(r'href="([^"]*)"', html)
    assert link == "./javascript%3Aalert%281%29%3Cb%3E%22%27%23%3F%25/report.html"


def test_the_index_says_how_to_compare_and_links_the_last_difference(tmp_path):
    fake_run.make(tmp_path, QUICK[:1])
    html = index.write(tmp_path).read_text()
    assert "mmdvae runs --diff RUN RUN --page" in html
    assert "diff.html" not in html
    (tmp_path / "diff.html").write_text("")
    assert '<a href="./diff.html">' in index.write(tmp_path).read_text()


def test_the_index_has_no_script_and_allows_none(tmp_path):
    fake_run.make(tmp_path, QUICK[:1])
    html = index.write(tmp_path).read_text()
    assert "<script" not in html
    assert "script-src" not in html
    assert "default-src &#39;none&#39;" in html


def test_the_index_does_not_change_when_it_is_written_again(tmp_path):
    fake_run.make(tmp_path, QUICK[:1])
    assert index.write(tmp_path).read_bytes() == index.write(tmp_path).read_bytes()


def test_on_a_phone_a_run_is_a_card_with_its_headline_to_read_and_a_small_id(tmp_path, visit):
    fake_run.make(tmp_path, QUICK, run_id="20260301-093000-quick-0a1b")
    fake_run.make(tmp_path, QUICK[:1], run_id=f"long-{'x' * 150}")
    page = visit(index.write(tmp_path), viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for card in page.locator("tbody tr").all():
        assert card.evaluate("row => row.scrollWidth <= row.clientWidth && row.clientWidth <= 390")
    headline, small = page.locator("td.headline").first, page.locator("th .id").first
    assert headline.bounding_box()["width"] > 300
    sizes = [element.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") for element in (headline, small)]
    assert sizes[0] >= 15 > 13 > sizes[1]


def test_the_list_of_runs_loads_no_numbers_library(tmp_path):
    fake_run.make(tmp_path, QUICK)
    heavy = {"matplotlib", "numpy", "scipy", "pandas", "keras", "tensorflow", "sklearn"}
    code = (
        f"import sys, pathlib; from reports.run_index import index; index.write(pathlib.Path({str(tmp_path)!r}));"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert "Try " in (tmp_path / "index.html").read_text()
