"""index.html in a browser: runs are ticked and compared, with the very numbers that the command prints."""

from dataclasses import replace

import fake_run
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, RULES
from fake_run import HOSTILE, QUICK, FakeVariant

from mmdvae.record import report_json
from mmdvae.record.result import Statistic
from reports import metrics, write
from reports.run_index import comparable, diff, index, numbers

AWKWARD = f"--{HOSTILE}\u202e &amp;"  # a folder's name; a slash it cannot have
AWKWARD = AWKWARD.replace("/", "")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Runs whose numbers span all sizes, ties and signs; with names that hurt and variants that come and go."""
    out = tmp_path_factory.mktemp("index")
    hostile = FakeVariant(sigma=1.0)  # renamed below
    choices = {
        "7": (QUICK, (0, 1, 2)),  # a whole number: JavaScript would sort it first
        AWKWARD: ([hostile, *QUICK[1:5]], (0, 1, 2)),
        "three": ([*reversed(QUICK), hostile], (0, 1)),
        "twin": ([*reversed(QUICK), hostile], (0, 1)),
    }
    for number, (name, (variants, seeds)) in enumerate(choices.items()):
        created = f"2026-03-0{number + 1}T09:30:00+00:00"
        fake = fake_run.make(out, variants, run_id=name, created=created, seeds=seeds, epochs=3 + (number == 2))
        if hostile in variants:
            fake.rename(hostile.name, HOSTILE)
        if name == "three":
            fake.report.variants[0].runs[0].metrics["kernel_state"] = "flat"
        fill(fake, np.random.default_rng(0 if name == "twin" else number))
        fake.save()
    fake = fake_run.make(out, QUICK[:1], run_id="last", created="2026-02-01T09:30:00+00:00")
    fake.save_run(dataset=replace(fake.report.run.dataset, sha256="0" * 64))
    write.write(fake.run_dir, fake.store)
    index.write(out)
    return out


def fill(fake, rng):
    """Every metric there is, and two that nobody has described, with random numbers; every fifth is a tie."""
    for variant in fake.report.variants:
        for number, name in enumerate([*(metric.name for metric in metrics.METRICS), "own", HOSTILE]):
            mean = float(rng.choice([-1, 1]) * 10 ** rng.uniform(-7, 7))
            if rng.random() < 0.2:
                mean = float(rng.integers(-40, 40)) / 16  # exact in binary, a tie in most decimals
            n = int(rng.integers(1, 5))
            spread = abs(mean) * rng.random() * (n > 1)
            low, high = mean - spread, mean + spread
            variant.summary.pop(name, None)
            if (number + n) % 11:
                sd = spread / 2 if n > 1 else None
                variant.summary[name] = Statistic(mean=mean, sd=sd, min=low, max=high, n=n)


@pytest.fixture
def page(browser, out):
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto((out / "index.html").as_uri())
    yield page
    context.close()


def tick(page, names):
    for name in names:
        page.get_by_label(f"Compare {name}", exact=True).check()


def shown(page):
    """All that the page says of a difference."""
    return {
        "first_line": page.inner_text("#likeness"),
        "ids": page.eval_on_selector_all("#difference dd", "all => all.map(each => each.textContent)"),
        "settings": cells(page, "#settings tr"),
        "variants": {
            body.get_attribute("data-variant"): [
                (row[0] == "main", *row[1:])
                for row in body.evaluate(
                    "b => [...b.rows].slice(1).map(r => [r.className, ...[...r.cells].map(c => c.textContent)])"
                )
            ]
            for body in page.locator("#difference tbody[data-variant]").all()
        },
        "elsewhere": page.eval_on_selector_all("#elsewhere li", "all => all.map(each => each.textContent)"),
    }


def cells(page, rows):
    return page.eval_on_selector_all(rows, "rows => rows.map(r => [...r.cells].map(c => c.textContent))")


def expected(out, names):
    """The same from reports/diff.py, which the command prints."""
    difference = diff.between([comparable.of(name, report_json.load(out / name)) for name in names])
    return {
        "first_line": difference.first_line,
        "ids": difference.ids,
        "settings": [[name, *values] for name, values in difference.settings],
        "variants": {
            name: [
                (row.main, row.title, *row.values, *(cell for each in row.changes for cell in (each.text, each.word)))
                for row in rows
            ]
            for name, rows in difference.variants
        },
        "elsewhere": [f"{name}: only in {letters}" for name, letters in difference.elsewhere],
    }


@pytest.mark.parametrize(
    "names",
    [["7", AWKWARD], [AWKWARD, "three"], ["7", "three"], ["three", "twin"], ["7", AWKWARD, "three"], ["last", "7"]],
)
def test_the_page_and_the_command_say_the_same(page, out, names):
    tick(page, names)
    assert shown(page) == expected(out, names)
    assert page.said == []


def test_the_numbers_that_are_compared_hold_ties_all_sizes_and_every_word(out):
    """Else the test above would show little."""
    rows = [row for names in (["7", AWKWARD], ["7", "three"]) for row in flat(expected(out, names)["variants"])]
    said = {word for row in rows for word in row}
    words = {"beyond the spread", "within the spread", "1 seed, no conclusion", "2 seeds, no conclusion"}
    assert words | {"not measured", "equal", "differs"} <= said
    assert any("e−0" in cell for row in rows for cell in row[4:])
    assert any("," in cell and "seed" not in cell and "conclusion" not in cell for row in rows for cell in row[4:])
    assert any(cell.startswith("+") for row in rows for cell in row[4:])


def flat(variants):
    return [[str(cell) for cell in row] for rows in variants.values() for row in rows]


def test_one_run_is_no_comparison_and_unticking_ends_one(page):
    assert page.locator("#compared").is_hidden()
    tick(page, ["7"])
    assert page.locator("#compared").is_hidden()
    tick(page, ["three"])
    assert page.locator("#compared").is_visible()
    page.get_by_label("Compare 7", exact=True).uncheck()
    assert page.locator("#compared").is_hidden()
    assert page.inner_text("#likeness") == ""


def test_runs_that_are_not_alike_are_flagged_by_word_and_colour(page):
    tick(page, ["7", "three"])
    assert page.inner_text("#likeness") == "Not like with like: the runs differ in epochs."
    bad = page.locator("#likeness").evaluate("e => getComputedStyle(e).color")
    page.get_by_label("Compare three", exact=True).uncheck()
    tick(page, [AWKWARD])
    assert page.inner_text("#likeness") == "Same data, same epochs."
    assert page.locator("#likeness").evaluate("e => getComputedStyle(e).color") != bad


def test_measurements_beyond_the_summary_wait_until_they_are_asked_for(page):
    tick(page, ["7", AWKWARD])
    more = page.locator("#difference tr.more").first
    assert more.is_hidden()
    page.check("#everything")
    assert more.is_visible()


def test_runs_can_be_picked_by_keyboard(page):
    box = page.get_by_label("Compare 7", exact=True)
    box.focus()
    page.keyboard.press("Space")
    page.get_by_label("Compare three", exact=True).focus()
    page.keyboard.press("Space")
    assert page.inner_text("#likeness").startswith("Not like")


def test_a_hostile_name_is_text_in_all_that_the_script_makes(page):
    tick(page, ["7", AWKWARD, "three"])
    assert page.evaluate("window.__xss") is None
    assert page.locator("img").count() == 0
    assert HOSTILE in page.inner_text("#elsewhere")
    assert AWKWARD in page.inner_text("#difference dl")


def test_the_policy_allows_this_script_and_no_other(page):
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.__ran = 1';
        document.body.append(script);
    }""")
    assert page.evaluate("window.__ran") is None
    assert len([said for said in page.said if "Content Security Policy" in said]) == 1


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", DESK), ("light", PHONE)])
def test_a_comparison_bars_nobody_and_widens_no_page(page, scheme, viewport):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(viewport)
    tick(page, ["7", AWKWARD, "three"])
    page.check("#everything")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_without_scripts_there_is_nothing_to_tick_and_the_command_is_named(browser, out):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((out / "index.html").as_uri())
    assert page.locator("input:visible").count() == 0
    assert page.locator(".pick:visible").count() == 0
    assert "without scripts the only way: mmdvae runs --diff RUN RUN" in page.inner_text("main")
    context.close()


def test_a_page_that_would_be_too_large_carries_the_newest_runs_and_says_so(out, monkeypatch, browser):
    monkeypatch.setattr(numbers, "ROOM", 60_000)
    html = index.write(out).read_text()
    try:
        assert "compares the newest 2 of 5 runs; the command line compares all" in " ".join(html.split())
        context = browser.new_context()
        page = context.new_page()
        page.goto((out / "index.html").as_uri())
        assert page.locator(".pick input").count() == 2
        context.close()
    finally:
        monkeypatch.undo()
        index.write(out)
