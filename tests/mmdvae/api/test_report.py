"""A report in Python: frames, the best variant, the page in a notebook."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import fake_run
import numpy as np
import pytest
from fake_run import HOSTILE, QUICK

import mmdvae
from mmdvae.api import report as module
from mmdvae.errors import InputError

SWEEP = Path(__file__).parents[3] / "docs/sweep"  # 28 variants, three seeds


@pytest.fixture(scope="module")
def sweep():
    return mmdvae.load_report(SWEEP)


def test_the_frame_has_a_row_for_each_training(sweep):
    frame = sweep.frame()
    assert len(frame) == 84
    row = frame[(frame.variant == "mmd-a0.6-s2.83") & (frame.seed == 1)].iloc[0]
    stored = next(one for one in sweep.record.variants if one.name == "mmd-a0.6-s2.83")
    assert (row.alpha, row.sigma, row.latent_dim, row.kernel) == (0.6, 2.83, 8, "gaussian")
    assert row.mse == stored.runs[1].metrics["mse"]
    assert set(stored.runs[1].metrics) <= set(frame.columns)


def test_the_summary_has_means_over_seeds(sweep):
    mse, frame = sweep.summary()["mse"], sweep.frame()
    assert list(mse.columns) == ["mean", "sd", "n"]
    by_hand = frame.groupby("variant").mse.agg(["mean", "std", "size"]).loc[mse.index]
    assert np.allclose(mse["mean"], by_hand["mean"], rtol=1e-12)
    assert np.allclose(mse["sd"].astype(float), by_hand["std"], rtol=1e-9)
    assert (mse["n"] == 3).all()


def test_history_verdicts_checks_and_front_are_frames(sweep):
    history = sweep.history()
    assert len(history) == sum(len(run.history["loss"]) for one in sweep.record.variants for run in one.runs)
    assert {"variant", "seed", "epoch", "loss", "val_loss"} <= set(history.columns)
    assert list(sweep.verdicts.code) == [one.code for one in sweep.record.verdicts]
    assert list(sweep.checks.state) == [one.state for one in sweep.record.checks]
    assert list(sweep.front.variant) == [one.name for one in sweep.record.advice.pareto.front]


def test_the_best_is_within_the_bounds_and_says_how_sure_that_is(sweep):
    best, summary = sweep.best("mse", sliced_w2=0.3), sweep.summary()
    within = summary[summary["sliced_w2"]["mean"] <= 0.3]
    assert best.variant == within["mse"]["mean"].idxmin()
    assert (best.value, best.seeds, best.among) == (within["mse"]["mean"].min(), 3, len(within))
    assert best.variant not in best.not_surely_worse
    assert "mmd-a0.9-s2.83" not in best.not_surely_worse  # it has 1.3 times the error
    assert str(best).startswith(f"{best.variant}: mse ")


def test_what_is_better_when_higher_has_least_values_as_bounds(sweep):
    best, summary = sweep.best("latent_coverage", psnr=17), sweep.summary()
    within = summary[summary["psnr"]["mean"] >= 17]
    assert best.variant == within["latent_coverage"]["mean"].idxmax()


@pytest.mark.parametrize(
    ("metric", "bounds", "said"),
    [
        ("mse", {"sliced_w2": 1e-6}, "no variant is within sliced_w2 <= 1e-06; "),
        ("mse", {"psnr": 99}, "no variant is within psnr >= 99; mmd-a0.9-s10000 comes nearest, with psnr 18.22"),
        ("mse_", {}, "unknown metric 'mse_'; did you mean mse"),
        ("mse", {"sliced": 1}, "unknown metric 'sliced'; did you mean sliced_w2"),
        ("total_variance", {}, "no value of total_variance is better than another; "),
    ],
)
def test_what_cannot_be_answered_gets_one_line(sweep, metric, bounds, said):
    with pytest.raises(InputError) as caught:
        sweep.best(metric, **bounds)
    assert str(caught.value).startswith(said)


def test_a_variant_that_failed_with_a_seed_is_never_the_best(tmp_path):
    lost = replace(QUICK[3], metrics={"mse": 1e-6}, status="failed", lost=(2,))
    fake_run.make(tmp_path, [QUICK[0], lost], run_id="one", seeds=(0, 1, 2))
    found = mmdvae.load_report("one", out=tmp_path)
    assert found.summary()["mse"]["mean"].idxmin() == lost.name
    assert found.best("mse").variant == "none"


def test_the_newest_run_is_loaded_without_a_name(tmp_path):
    with pytest.raises(InputError, match="no run in .*; make one with mmdvae.compare"):
        mmdvae.load_report(out=tmp_path)
    for run_id in ("20260101-000000-a-0000", "20260102-000000-a-0000"):
        fake_run.make(tmp_path, QUICK, run_id=run_id)
    assert mmdvae.load_report(out=tmp_path).record.run.id == "20260102-000000-a-0000"
    assert mmdvae.load_report(tmp_path / "20260101-000000-a-0000").folder.name == "20260101-000000-a-0000"
    with pytest.raises(InputError, match="no report.json in"):
        mmdvae.load_report("nope", out=tmp_path)


def test_hostile_names_are_inert_in_a_notebook(tmp_path):
    run = fake_run.make(tmp_path, QUICK, run_id="one", preset=HOSTILE)
    run.rename("none", HOSTILE)
    shown = mmdvae.load_report("one", out=tmp_path)._repr_html_()
    assert HOSTILE not in shown
    assert "<script" not in shown


def test_the_page_is_shown_in_a_frame_that_reaches_nothing(tmp_path, monkeypatch):
    folder = tmp_path / "a run"
    shutil.copytree(SWEEP, folder)
    shown, opened = [], []
    display = SimpleNamespace(HTML=lambda text: text, display=shown.append)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell, display=display))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    mmdvae.load_report(folder).show()
    assert 'sandbox="allow-scripts allow-downloads allow-popups"' in shown[0]
    assert "allow-same-origin" not in shown[0]
    assert "<script" not in shown[0]  # all of the page is in an attribute

    monkeypatch.delitem(sys.modules, "IPython")
    monkeypatch.setattr(module.webbrowser, "open", opened.append)
    mmdvae.load_report(folder).show()
    assert opened == [f"file://{tmp_path}/a%20run/report.html"]
    (folder / "report.html").unlink()
    with pytest.raises(InputError, match="`mmdvae report .*` writes it"):
        mmdvae.load_report(folder).show()
