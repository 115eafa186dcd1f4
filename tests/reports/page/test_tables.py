"""Tables and charts in a browser: sorting, the switch, copies, chosen variants, saved charts, heads on paper."""

import csv
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import fake_run
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, RULES, settle, until
from fake_run import QUICK, FakeVariant
from PIL import Image
from pypdf import PdfReader

from reports import write

LIVE, SCALES = QUICK[3].name, QUICK[5].name
GRID = [FakeVariant(sigma=s, alpha=a) for a in (0.2, 0.6, 0.9) for s in (2.83, 3.83, 5.66, 8.0, 11.3)]
DEAD = [FakeVariant(sigma=s, alpha=a, spread=9.0, state="saturated") for a in (0.2, 0.9) for s in (1e-4, 0.1, 0.2)]


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    fake = fake_run.make(tmp_path_factory.mktemp("tables"), QUICK, seeds=(0, 1, 2))
    write.write(fake.run_dir, fake.store)
    return fake


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The page of 24 variants with three seeds."""
    fake = fake_run.make(tmp_path_factory.mktemp("many"), [*QUICK[:3], *GRID, *DEAD], seeds=(0, 1, 2))
    return write.write(fake.run_dir, fake.store)


@pytest.fixture
def page(visit, fake):
    return visit(fake.run_dir / "report.html")


def order(page):
    return page.eval_on_selector_all(".bars tr[data-variant]", "all => all.map(row => row.dataset.variant)")


def sort(page, metric):
    page.click(f".bars th[data-metric={metric}] button")
    return order(page), page.get_attribute(f".bars th[data-metric={metric}]", "aria-sort")


def test_the_table_sorts_by_number_both_ways_and_keeps_ties_in_their_order(page, fake):
    names = order(page)
    mse = {variant.name: variant.mean("mse") for variant in fake.report.variants}
    assert sort(page, "mse") == (sorted(names, key=mse.get), "ascending")
    assert sort(page, "mse") == (sorted(names, key=mse.get, reverse=True), "descending")
    assert page.locator(".bars [aria-sort]").count() == 1
    assert sort(page, "train_seconds") == (names, "ascending")  # all alike
    last = page.eval_on_selector_all(".bars tbody tr", "all => all.map(row => row.className.split(' ')[0])")
    assert last[6:] == ["reference"] * 3  # untouched, PCA-8, best possible
    assert sort(page, "name")[0][:3] == ["none", SCALES, QUICK[1].name]  # by words


def test_a_variant_without_the_number_stays_last_both_ways(visit, tmp_path):
    without = replace(QUICK[3], metrics={"bce": None})
    failed = replace(QUICK[5], status="failed")
    fake = fake_run.make(tmp_path, [QUICK[0], without, failed, QUICK[4]])
    page = visit(write.write(fake.run_dir, fake.store))
    for _ in range(2):
        assert set(sort(page, "bce")[0][-2:]) == {LIVE, SCALES}
    for _ in range(2):
        assert sort(page, "mse")[0][-1] == SCALES  # its reason is no number


def test_heads_keep_their_words_and_names_beside_the_sort_buttons(page):
    heads = page.locator(".bars thead th")
    assert [" ".join(text.split()) for text in heads.all_inner_texts()][:2] == ["Variant", "Error MSE × 1000"]
    button = page.get_by_role("button", name="Sort by Error MSE × 1000", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    assert heads.nth(1).get_attribute("aria-sort") == "ascending"
    assert "↕" not in page.locator("#numbers").aria_snapshot()


def test_the_head_stays_in_sight_while_the_rows_scroll(visit, many):
    page = visit(many, viewport={"width": 1280, "height": 500})
    page.locator(".bars tbody tr[data-variant]").nth(12).evaluate("row => row.scrollIntoView({block: 'center'})")
    assert page.locator(".bars thead th").first.bounding_box()["y"] == pytest.approx(0, abs=1)


def test_the_switch_shows_differences_by_keyboard_and_without_scripts(visit, fake):
    page = visit(fake.run_dir / "report.html", java_script_enabled=False)
    cell = page.locator(f".bars tr[data-variant='{LIVE}'] td").first
    value = cell.inner_text()
    assert "+" not in value
    page.locator("input[name=face]").first.focus()
    page.keyboard.press("ArrowRight")
    assert re.match(r"\+2\.\d\d, \+15\s%\s+\+2\.\d\d to \+2\.\d\d\s+▲ worse", cell.inner_text())
    assert page.locator(".bars i:visible").count() == 0
    hidden = page.locator(f".bars tr[data-variant='{QUICK[1].name}']")
    assert not hidden.is_visible()
    page.check(".each")
    assert hidden.is_visible()


def test_bars_are_as_long_as_the_numbers_say(page, fake):
    def length(name):
        return page.locator(f".bars tr[data-variant='{name}'] td:nth-child(2) i").evaluate(
            "i => parseFloat(getComputedStyle(i, '::before').width) / i.clientWidth"
        )

    error = {variant.name: variant.mean("mse") for variant in fake.report.variants}
    pca = next(one for one in fake.report.baselines if one.name == "PCA-8").numbers["mse"]
    for name in (LIVE, SCALES, "none"):
        assert length(name) == pytest.approx(error[name] / pca, abs=0.02)


@pytest.mark.parametrize("face", ["value", "minus"])
def test_on_a_phone_rows_are_cards_and_nothing_scrolls_sideways(visit, many, face):
    page = visit(many, viewport=PHONE)
    if face == "minus":
        page.check(".minus")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".faces").evaluate("e => e.scrollWidth <= e.clientWidth")
    labels = page.locator(".bars tr").nth(1).locator("td").evaluate_all("all => all.map(e => e.dataset.label)")
    assert labels[:2] == ["Error, MSE × 1000", "BCE, nats/pixel"]
    shown = "e => getComputedStyle(e, '::before').content"
    assert page.locator(".bars td").first.evaluate(shown) == '"Error, MSE × 1000"'


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", DESK), ("light", PHONE)])
@pytest.mark.parametrize("face", ["value", "minus"])
def test_all_contrast_is_decided_and_enough(visit, fake, scheme, viewport, face):
    page = visit(fake.run_dir / "report.html", color_scheme=scheme, viewport=viewport)
    page.check(".each")
    if face == "minus":
        page.check(".minus")
    page.click("#numbers .copy summary")
    found = Axe().run(page, context="#numbers", options=RULES).response
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["incomplete"]] == []


def copied(page, name, where="#numbers"):
    page.evaluate("navigator.clipboard.writeText = async text => { window.__copied = text }")
    if not page.locator(f"{where} .copy button").first.is_visible():
        page.click(f"{where} .copy summary")
    button = page.locator(f"{where} .copy button", has_text=re.compile(f"^{name}$"))
    button.click()
    until(page, "Boolean(window.__copied)")
    until(page, "document.getElementById('said').textContent == 'Copied'")
    return page.evaluate("window.__copied")


def test_a_table_is_copied_as_csv_with_exact_numbers_settings_and_units(page, fake):
    heads, *rows = csv.reader(io.StringIO(copied(page, "CSV")))
    assert heads[:4] == ["Variant", "State", "Error (MSE × 1000)", "BCE (nats/pixel)"]
    assert [row[0].replace("\u00a0", " ") for row in rows][:3] == ["α 0.6, σ 2.83", "α 0.6, seven scales", "no penalty"]
    assert rows[0][1] == "alive"
    assert float(rows[0][2]) == 1000 * fake.report.variants[3].mean("mse")
    assert float(rows[0][3]) == fake.report.variants[3].mean("bce")
    assert {len(row) for row in rows} == {len(heads)}
    assert rows[-1][2] == ""  # the best possible error is not known
    assert page.locator("#numbers .copy button", has_text="Copied").count() == 1


def test_markdown_and_latex_are_copied_as_displayed_and_escaped(page):
    lines = copied(page, "Markdown").split("\n")
    assert lines[0].startswith("| Variant | State | Error (MSE × 1000) |")
    assert set(lines[1]) == set("| -")
    assert re.search(r"\| best 19.\d\d ± 0.\d\d \|", lines[2])
    latex = copied(page, "LaTeX").split("\n")
    assert latex[0] == r"\begin{tabular}{l" + "r" * 10 + "}"
    assert r"$\alpha$ 0.6, $\sigma$ 2.83 & alive & best 19." in latex[3].replace("\u00a0", " ")
    assert r"(\% of the prior)" in latex[1]
    assert latex[-1] == r"\end{tabular}"
    page.check(".minus")
    assert re.search(r"\+2\.\d\d, \+15.\\% \+2", copied(page, "LaTeX"))
    rest = re.sub(
        r"\\textbackslash\{\}|\$[^$]*\$|\\begin\{tabular\}\{\w+\}|\\end\{tabular\}|\\hline", "", "\n".join(latex)
    )
    assert not re.search(r"(?<!\\)[%#_{}$]|[^\x00-\x7f\u00a0é]", rest)


def test_what_is_hidden_is_not_copied_and_where_the_clipboard_is_refused_the_old_way_is_tried(page):
    page.evaluate("""() => {
        navigator.clipboard.writeText = async () => { throw new Error('refused') };
        document.execCommand = what => { window.__copied = what + document.activeElement.value; return true };
    }""")
    page.click("#numbers .copy summary")
    page.click("#numbers .copy button >> nth=0")
    until(page, "Boolean(window.__copied)")
    text = page.evaluate("window.__copied")
    assert text.startswith("copyVariant,State,")
    assert "0.0001" not in text.split("BCE")[1].split("untouched")[0]
    assert page.locator("textarea").count() == 0


def test_a_button_copies_the_element_that_it_names(visit, fake, tmp_path):
    html = (fake.run_dir / "report.html").read_text()
    made = '<p id="x-command"> mmdvae compare &amp; more </p><button data-copy="x-command" hidden>Copy</button>'
    (tmp_path / "page.html").write_text(html.replace('<main id="main">', f'<main id="main">{made}'))
    page = visit(tmp_path / "page.html")
    page.evaluate("navigator.clipboard.writeText = async text => { window.__copied = text }")
    page.click("[data-copy=x-command]")
    until(page, "window.__copied == 'mmdvae compare & more'")
    until(page, "document.querySelector('[data-copy=x-command]').textContent == 'Copied'")


def test_other_tables_sort_and_copy_too_and_folded_ones_once_they_are_opened(page):
    folded = page.locator("#measurements details").first
    assert folded.locator("thead button").count() == 0
    page.evaluate("document.getElementById('measurements').open = true")
    folded.locator("> summary").click()
    head = folded.locator("thead button").nth(1)
    head.click()
    head.click()
    rows = folded.locator("tbody tr")
    values = [float(row.locator("td").first.inner_text().split()[0]) for row in rows.all()[:6]]
    assert values == sorted(values, reverse=True)
    folded.locator("> summary").click()
    folded.locator("> summary").click()
    assert folded.locator("thead button").count() == folded.locator("thead th").count()
    assert folded.locator(".copy").count() == 1
    kinds = rows.evaluate_all("all => all.map(row => row.className)")
    assert kinds == sorted(kinds, key=["variant", "reference", "baseline"].index)


def choose(page, *names):
    if not page.locator("#variants .choices").is_visible():
        page.click("#variants summary")
    page.click("[data-choose=none]")
    for name in names:
        page.check(f"#variants input[value='{name}']")


def test_a_variant_that_is_left_out_leaves_every_table_and_figure(page, visit):
    out, kept = LIVE, "none"
    page.click("#variants summary")
    page.uncheck(f"#variants input[value='{out}']")
    seen = page.eval_on_selector_all(
        "[data-variant]",
        "all => all.map(e => [e.dataset.variant, getComputedStyle(e).display != 'none' && e.checkVisibility()])",
    )
    assert not [1 for name, visible in seen if name == out and visible]
    assert len([1 for name, visible in seen if name == kept and visible]) > 4
    assert page.locator("#variants summary").inner_text() == "Choose variants: 5 of 6 shown"
    again = visit(page.url)  # the URL restores the same choice
    assert not again.locator(f".bars tr[data-variant='{out}']").is_visible()
    assert again.locator(f".bars tr[data-variant='{kept}']").is_visible()
    again.click("#variants summary")
    again.check(f"#variants input[value='{out}']")
    assert again.locator(f".bars tr[data-variant='{out}']").is_visible()


def test_the_choice_stays_in_the_address_where_a_link_leads_to_a_section(page, visit):
    page.click("#variants summary")
    page.uncheck(f"#variants input[value='{LIVE}']")
    chosen = page.url.split("#")[1]
    assert chosen.startswith("only=")
    page.click("nav a[href='#doubt']")
    until(page, "location.hash.includes('only=')")
    assert page.url.split("#")[1] == f"doubt&{chosen}"
    again = visit(page.url)
    until(again, "Math.abs(document.getElementById('doubt').getBoundingClientRect().top) < 40")
    page.check(f"#variants input[value='{LIVE}']")
    assert page.url.endswith("#doubt")


def test_all_none_and_the_alive_are_chosen_by_one_click(page):
    page.click("#variants summary")
    shown = "all => all.filter(box => box.checked).map(box => box.value)"
    page.click("[data-choose=alive]")
    assert page.eval_on_selector_all("#variants input", shown) == [LIVE, SCALES]
    assert page.locator(".bars tr[data-variant]:visible").count() == 2
    page.click("[data-choose=none]")
    assert page.locator(".bars tr[data-variant]:visible").count() == 0
    page.click("[data-choose=all]")
    assert len(page.eval_on_selector_all("#variants input", shown)) == 6
    signs = page.locator("#variants label").all_inner_texts()
    assert [text.strip()[0] for text in signs] == ["○", "✕", "✕", "●", "✕", "●"]
    assert "stay those of the whole run" in page.locator("#variants").inner_text()


def test_of_exactly_two_the_table_has_the_difference(page, fake):
    choose(page, "none", LIVE)
    row = page.locator(".bars tr.difference")
    plain, live = fake.report.variants[0], fake.report.variants[3]
    assert row.locator("th").inner_text().replace("\u00a0", " ").split("\n") == [
        "α 0.6, σ 2.83 − no penalty",
        "difference of means",
    ]
    said = row.locator("td").first.inner_text()
    assert float(said.replace("−", "-")) == pytest.approx(1000 * (live.mean("mse") - plain.mean("mse")), abs=0.005)
    assert said.startswith("+")
    assert row.locator("td").nth(3).inner_text().startswith("−7.7")  # distance
    assert page.locator("#variants summary").inner_text().replace("\u00a0", " ") == (
        "Choose variants: 2 of 6 shown; the table of numbers has α 0.6, σ 2.83 − no penalty"
    )
    sort(page, "mse")
    assert page.locator(".bars tbody tr").first.get_attribute("class") == "reference difference"
    assert (
        copied(page, "CSV")
        .split("\n")[1]
        .replace("\u00a0", " ")
        .startswith('"α 0.6, σ 2.83 − no penalty",difference of means,2.5')
    )
    page.check(f"#variants input[value='{SCALES}']")
    assert row.count() == 0


def test_a_chosen_variant_that_shares_a_row_gets_its_own(page):
    choose(page, QUICK[1].name, LIVE)
    assert page.locator(f".bars tr[data-variant='{QUICK[1].name}']").is_visible()
    assert not page.locator(f".bars tr[data-variant='{QUICK[2].name}']").is_visible()
    assert "σ 0.0001" in page.locator(".bars tr.difference th").inner_text().replace("\u00a0", " ")


@pytest.fixture
def chart(page):
    found = page.locator(".plate > svg[role=img]:has([data-tips])").first
    found.evaluate("e => e.closest('details') && (e.closest('details').open = true)")
    found.scroll_into_view_if_needed()
    return found


def test_a_chart_says_the_value_of_the_point_under_the_pointer_unless_it_is_left_out(page, chart):
    x, y = map(float, tips(chart)[0].split(" ")[:2])
    box, scale = chart.bounding_box(), chart.evaluate("e => e.clientWidth / e.viewBox.baseVal.width")
    page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
    assert page.locator("#note").is_visible()
    said = page.locator("#note").inner_text()
    assert said in [tip.split(" ", 2)[2] for tip in tips(chart)]
    chart.locator("[data-tips]").evaluate_all("all => all.forEach(e => (e.style.display = 'none'))")
    page.mouse.move(box["x"] + x * scale + 1, box["y"] + y * scale)
    assert not page.locator("#note").is_visible()


def tips(chart):
    return [tip for line in chart.locator("[data-tips]").all() for tip in line.get_attribute("data-tips").split("\n")]


def test_a_chart_says_its_points_one_by_one_to_the_keys(page, chart):
    chart.focus()
    known = [tip.split(" ", 2)[2] for tip in tips(chart)]
    for key, expected in (("ArrowRight", known[0]), ("ArrowRight", known[1]), ("ArrowLeft", known[0])):
        page.keyboard.press(key)
        assert page.locator("#note").inner_text() == expected
    until(page, "text => document.getElementById('said').textContent == text", known[0])
    chart.evaluate("e => e.blur()")
    assert not page.locator("#note").is_visible()


@pytest.mark.parametrize(("place", "kind"), [(0, "svg"), (1, "png")])
def test_a_chart_is_saved_by_keyboard_as_a_file_of_its_own(page, chart, tmp_path, place, kind):
    chart.focus()
    for _ in range(place + 1):
        page.keyboard.press("Tab")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(f".{kind}")
    waiting.value.save_as(tmp_path / "file")
    width = chart.evaluate("e => e.viewBox.baseVal.width")
    if kind == "png":
        image = Image.open(tmp_path / "file")
        assert image.width == pytest.approx(3 * width, abs=1)
        assert len(image.convert("RGB").getcolors(1 << 24)) > 10
    else:
        text = (tmp_path / "file").read_text()
        assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
        assert ElementTree.fromstring(text).get("width") == f"{width:g}"  # well-formed
        assert "data-tips" not in text
    assert page.said == []


def test_the_buttons_to_save_a_chart_come_with_the_pointer_and_leave_with_it(page, chart):
    assert page.locator(".save").count() == 0
    chart.hover()
    assert page.locator(".save button").count() == 2
    page.mouse.move(1, 1)
    settle(page)
    assert page.locator(".save").count() == 0


def test_every_printed_page_with_rows_of_a_table_has_its_heads(visit, many, tmp_path):
    page = visit(many)
    page.check(".each")
    tables = page.evaluate("""() => {
        const small = text => {
            const made = Object.assign(document.createElement('span'), { textContent: ` ${text} ` });
            made.style.fontSize = '4pt';
            return made;
        };
        document.querySelectorAll('details:not(.copy, .help)').forEach(it => it.open = true);
        return [...document.querySelectorAll('main table:has(thead)')].map((table, k) => {
            table.tHead.rows[0].cells[0].append(small(`H${k}H`));
            for (const row of table.querySelectorAll('tbody tr')) row.cells[0].append(small(`R${k}R`));
            return table.querySelectorAll('tbody tr').length;
        });
    }""")
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    having, pages = set(), [sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages]
    for number, text in enumerate(pages):
        rows = set(re.findall(r"R(\d+)R", text))
        assert rows <= set(re.findall(r"H(\d+)H", text)), f"page {number + 1}"
        having |= rows
    assert len(having) == len(tables) > 8
    split = [k for k in having if sum(f"R{k}R" in text for text in pages) > 1]
    assert split  # at least one table goes on on another page
