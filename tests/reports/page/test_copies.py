"""What is copied from a table is safe to paste: into a spreadsheet, Markdown, LaTeX."""

import csv
import io

import fake_run
import pytest
from fake_run import CLASSES, NONE, QUICK, FakeVariant

from reports import write

FORMULA = '=HYPERLINK("http://evil")'
CAUGHT = "navigator.clipboard.writeText = async (text) => { window.copied = text; }"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    lost = FakeVariant(sigma=5.0, status="failed", error="<b>x|y</b> & more")
    classes = [FORMULA, *CLASSES[1:]]
    fake = fake_run.make(tmp_path_factory.mktemp("copies"), [NONE, *QUICK[1:4], lost], seeds=(0, 1, 2), classes=classes)
    return write.write(fake.run_dir, fake.store)


@pytest.fixture
def copy(visit, report):
    page = visit(report)
    page.evaluate(CAUGHT)
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")

    def copy(section, form):
        page.evaluate(
            "([id, form]) => [...document.querySelectorAll(`#${id} .copy button`)]"
            ".find(button => button.textContent == form).click()",
            [section, form],
        )
        return page.evaluate("window.copied")

    return copy


def test_a_failed_row_has_as_many_fields_as_the_others(copy):
    rows = list(csv.reader(io.StringIO(copy("numbers", "CSV"))))
    assert len({len(row) for row in rows}) == 1
    (lost,) = [row for row in rows if row[0].startswith("α\u00a00.6, σ\u00a05")]
    assert set(lost[2:]) == {""}


def test_a_name_that_a_spreadsheet_would_run_is_text(copy):
    cells = [cell for row in csv.reader(io.StringIO(copy("classes", "CSV"))) for cell in row]
    assert not any(cell.startswith(("=", "@", "+H")) for cell in cells)
    assert f"'{FORMULA}" in cells


def test_markdown_and_latex_escape_what_they_would_read(copy):
    assert r"\<b\>x\|y\</b\> \& more" in copy("numbers", "Markdown")
    assert r"$<$b$>$x$|$y$<$/b$>$ \& more" in copy("numbers", "LaTeX")
