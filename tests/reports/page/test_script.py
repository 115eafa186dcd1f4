"""The page's script in a browser: sorting, choosing variants, values in charts, links to sections."""

from dataclasses import replace

import fake_run
import numpy as np
import pytest
from browsing import until
from fake_run import QUICK

from reports import write

TALL = {"width": 1280, "height": 2600}


@pytest.fixture(scope="module")
def fake(tmp_path_factory, fashion):
    images, labels = (np.load(fashion / f"test_{what}.npy")[:4000] for what in ("images", "labels"))
    out = tmp_path_factory.mktemp("script")
    fake = fake_run.make(out, QUICK, images=images, labels=labels)
    write.write(fake.run_dir, fake.store)
    return fake


@pytest.fixture
def page(visit, fake):
    return visit(fake.run_dir / "report.html", viewport=TALL)


def order(page):
    return page.eval_on_selector_all("#summary tr.variant", "all => all.map(row => row.dataset.variant)")


def sort(page, metric):
    page.click(f"#summary th[data-metric={metric}] button")
    return order(page), page.get_attribute(f"#summary th[data-metric={metric}]", "aria-sort")


def test_the_summary_sorts_by_number_both_ways_and_keeps_ties_in_their_order(page, fake):
    names = [variant.name for variant in QUICK]
    assert sort(page, "sigma") == ([*names[1:6], names[0]], "ascending")  # 0.0001 < 0.1 < 2.83 < 10000, then words
    assert sort(page, "alpha") == ([names[0], *names[1:5], names[5]], "ascending")  # equal alphas in run order
    bce = {variant.name: variant.mean("bce") for variant in fake.report.variants}
    assert sort(page, "bce") == (sorted(names, key=bce.get), "ascending")
    assert sort(page, "bce") == (sorted(names, key=bce.get, reverse=True), "descending")
    assert page.locator("#summary [aria-sort]").count() == 1
    last = page.eval_on_selector_all("#summary tbody tr", "all => all.map(row => row.className)")
    assert last[:6] == ["variant"] * 6  # the prior and the baselines stay last
    assert "variant" not in last[6:]


def test_a_variant_without_the_number_stays_last_both_ways(visit, tmp_path):
    without = replace(QUICK[1], metrics={"bce": None, "kernel_live_share": None})
    fake = fake_run.make(tmp_path, [QUICK[0], without, *QUICK[2:4]])
    page = visit(write.write(fake.run_dir, fake.store))
    assert sort(page, "bce")[0][-1] == sort(page, "bce")[0][-1] == QUICK[1].name
    for _ in range(2):
        page.click("#kernel thead button >> nth=3")
        assert page.locator("#kernel tbody tr").last.get_attribute("data-variant") == QUICK[1].name


def test_a_variant_that_is_left_out_leaves_every_table_and_figure(page, visit, fake):
    out, kept = QUICK[1].name, QUICK[0].name
    page.click("#variants summary")
    page.uncheck(f"#variants input[value='{out}']")
    seen = page.eval_on_selector_all(
        "[data-variant]",
        "all => all.map(e => [e.dataset.variant, getComputedStyle(e).display != 'none' && e.checkVisibility()])",
    )
    assert not [1 for name, visible in seen if name == out and visible]
    assert len([1 for name, visible in seen if name == kept and visible]) > 8
    labels = "(all, name) => all.filter(e => e.textContent.startsWith(name) && e.checkVisibility()).length"
    assert page.eval_on_selector_all("svg text", labels, out) == 0
    assert page.eval_on_selector_all("svg text", labels, kept) > 0
    assert page.locator("#variants summary").inner_text() == "Choose variants: 5 of 6 shown"
    again = visit(page.url)  # the URL restores the same choice
    assert not again.locator(f"#summary tr[data-variant='{out}']").is_visible()
    assert again.locator(f"#summary tr[data-variant='{kept}']").is_visible()
    again.click("#variants summary")
    again.check(f"#variants input[value='{out}']")
    assert again.locator(f"#summary tr[data-variant='{out}']").is_visible()


def test_the_choice_stays_in_the_address_where_a_link_leads_to_a_section(page, visit):
    out = QUICK[1].name
    page.click("#variants summary")
    page.uncheck(f"#variants input[value='{out}']")
    chosen = page.url.split("#")[1]
    assert chosen.startswith("only=")
    page.click("nav a[href='#kernel']")
    until(page, "location.hash.includes('only=')")
    assert page.url.split("#")[1] == f"kernel&{chosen}"
    again = visit(page.url)
    until(again, "Math.abs(document.getElementById('kernel').getBoundingClientRect().top) < 40")
    assert not again.locator(f"#kernel tr[data-variant='{out}']").is_visible()
    page.check(f"#variants input[value='{out}']")
    assert page.url.endswith("#kernel")


def test_other_tables_of_variants_sort_too_and_folded_ones_once_they_are_opened(page):
    def column(where, number, rows="tr[data-variant]"):
        return page.eval_on_selector_all(f"{where} tbody {rows}", f"all => all.map(r => r.cells[{number}].innerText)")

    first = column("#kernel", 0)
    page.click("#kernel thead button >> nth=3")
    *shown, without = column("#kernel", 3)
    shares = [float(text.split()[0]) for text in shown]
    assert shares == sorted(shares)
    assert len(set(shares)) > 1
    assert without.startswith("–")  # a dash: no kernel
    assert sorted(column("#kernel", 0)) == sorted(first)
    folded = "#measurements details:first-of-type"
    assert page.locator(f"{folded} thead button").count() == 0
    page.click(f"{folded} summary")
    page.click(f"{folded} thead button >> nth=1")
    page.click(f"{folded} thead button >> nth=1")
    values = [float(text.split()[0]) for text in column(folded, 1, "tr.variant")]
    assert values == sorted(values, reverse=True)
    page.click(f"{folded} summary")
    page.click(f"{folded} summary")
    assert page.locator(f"{folded} thead tr:first-child button").count() == page.locator(f"{folded} thead th").count()
    kinds = page.eval_on_selector_all(f"{folded} tbody tr", "all => all.map(row => row.className)")
    assert kinds == sorted(kinds, key=["variant", "reference", "baseline"].index)


def test_a_chart_says_the_value_of_the_point_under_the_pointer_unless_it_is_left_out(page, fake):
    chart = page.locator("#curves svg[role=img]").first
    chart.scroll_into_view_if_needed()
    name, history = QUICK[0].name, fake.report.variants[0].runs[0].history["val_bce"]
    line = f"#curves g[data-variant='{name}'][data-series=val_bce]"
    (x, y) = page.get_attribute(line, "data-tips").split("\n")[1].split(" ")[:2]
    box = chart.bounding_box()
    scale = box["width"] / 340
    page.mouse.move(box["x"] + float(x) * scale, box["y"] + float(y) * scale)
    assert page.locator("#note").inner_text() == f"validation, epoch 2: {history[1]:.4f}"
    page.mouse.move(box["x"] + 2, box["y"] + 2)  # far from any point
    assert not page.locator("#note").is_visible()
    page.evaluate("selector => (document.querySelector(selector).style.display = 'none')", line)
    page.mouse.move(box["x"] + float(x) * scale, box["y"] + float(y) * scale)
    assert "validation" not in page.locator("#note").text_content()
    page.mouse.move(5, 5)
    assert not page.locator("#note").is_visible()


def test_addresses_lead_to_a_section_and_a_verdict(visit, fake):
    report = (fake.run_dir / "report.html").resolve().as_uri()
    for target in ("codes", "v-V2"):
        page = visit(f"{report}#{target}")
        until(page, "scrollY > 100")
        assert abs(page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", target)) < 40
