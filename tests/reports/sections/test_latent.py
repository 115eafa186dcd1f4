"""What the section on the latent space says beside its pictures."""

import fake_run
import numpy as np
from fake_run import QUICK

from reports.sections.latent import codes, latent
from reports.stored_arrays import Store


def test_dots_without_a_place_are_counted(tmp_path):
    """Those outside of the shared frame, and those that t-SNE did not place."""
    fake = fake_run.make(tmp_path, QUICK[:2], n=2100)
    built = latent.build(fake.report, Store(fake.run_dir, fake.store))
    readings = {view.code: view.reading for view in built.views}
    views = [np.load(path) for path in sorted(fake.store.glob("evaluate-*/views.npz"))]
    limit = latent.square([view["codes"][:, :2] for view in views]).x[1]
    shown = codes.found(fake.report, Store(fake.run_dir, fake.store))[0].shown
    outside = sum(np.sum(np.abs(view["codes"][shown, :2]).max(axis=1) > limit) for view in views)
    assert outside > 0
    assert f"until you zoom; {outside} dots lie outside, all panels together. A larger cloud" in readings["z-shared"]
    placed = np.isin(shown, views[0]["tsne_index"]).sum()
    assert 0 < placed < len(shown)
    assert readings["tsne"].startswith(f"{placed:,} of the {len(shown):,} dots, ")
