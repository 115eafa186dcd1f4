"""The latent space: which panels there are, their limits, and the text beside them."""

import fake_run
import numpy as np
from fake_run import QUICK, FakeVariant
from parsed_page import of

from reports.sections import panel_choice
from reports.sections.codes import codes, latent
from reports.stored_arrays import StoredArrays


def test_dots_without_a_place_are_counted(tmp_path):
    """Dots outside the shared frame, and dots not in the t-SNE."""
    fake = fake_run.make(tmp_path, QUICK[:2], n=2100)
    built = latent.build(fake.report, StoredArrays(fake.run_dir, fake.store))
    readings = {view.code: view.reading for view in built.views}
    views = [np.load(path) for path in sorted(fake.store.glob("evaluate-*/views.npz"))]
    limit = latent.square([view["codes"][:, :2] for view in views]).x[1]
    shown = codes.found(fake.report, StoredArrays(fake.run_dir, fake.store))[0].shown
    outside = sum(np.sum(np.abs(view["codes"][shown, :2]).max(axis=1) > limit) for view in views)
    assert outside > 0
    assert f"until you zoom; {outside} dots lie outside, all panels together. A larger cloud" in readings["z-shared"]
    placed = np.isin(shown, views[0]["tsne_index"]).sum()
    assert 0 < placed < len(shown)
    assert readings["tsne"].startswith(f"{placed:,} of the {len(shown):,} dots, ")


def test_codes_and_pca_share_their_limits_over_all_variants(page):
    for view in ("z-shared", "pca-shared"):
        panels = page.all("figure", data_view=view)
        limits = {(panel.attributes["data-xlim"], panel.attributes["data-ylim"]) for panel in panels}
        assert len(panels) == len(QUICK)
        assert len(limits) == 1


def test_each_variant_is_also_shown_at_its_own_scale(page):
    limits = [panel.attributes["data-xlim"] for panel in page.all("figure", data_view="pca-own")]
    assert len(set(limits)) == len(QUICK)


def test_the_prior_ring_is_inside_even_the_narrowest_panel(tmp_path):
    fake = fake_run.make(tmp_path, [FakeVariant(sigma=1.0, spread=0.01)])
    for panel in of(fake).all("figure", data_view="pca-own"):
        low, high = map(float, panel.attributes["data-xlim"].split())
        assert low <= -2
        assert high >= 2


def test_many_variants_get_eight_full_panels_and_thumbnails_within_two_megabytes(tmp_path):
    many = [
        QUICK[0],
        *(FakeVariant(alpha=0.2, sigma=0.1 + i, spread=1 + i / 5) for i in range(20)),
        QUICK[5],
    ]
    fake = fake_run.make(tmp_path, many)
    page = of(fake)
    assert len(page.all("figure", data_view="z-shared")) == len(many)
    assert len(page.all("figure", data_view="tsne")) == 8
    assert (fake.run_dir / "report.html").stat().st_size < 2_000_000


def test_the_full_panels_keep_the_best_and_the_extremes(tmp_path):
    many = [FakeVariant(sigma=1.0 + i, spread=1 + i, bce=0.3 - 0.001 * (i == 13)) for i in range(20)]
    chosen = panel_choice.full_panels(fake_run.make(tmp_path, many).report.variants)
    sigmas = [variant.sigma for variant in chosen]
    assert len(sigmas) == 8
    assert {1.0, 14.0, 20.0} <= set(sigmas)
    assert sigmas == sorted(sigmas)


def test_the_hint_says_of_how_many_dots_a_reconstruction_can_be_shown(tmp_path):
    few = fake_run.make(tmp_path / "few", QUICK, n=1100)
    said = "Its reconstruction stands beside it for 1,000 of the 1,100 dots; the page has none of the others."
    assert latent.build(few.report, StoredArrays(few.run_dir, few.store)).decoded == said
    every = fake_run.make(tmp_path / "all", QUICK[:2], n=1100)
    assert latent.build(every.report, StoredArrays(every.run_dir, every.store)).decoded == ""
