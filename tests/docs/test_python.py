"""The notebook and the recipe of the page about Python run as they stand."""

import re
from pathlib import Path

import nbclient
import nbformat

import mmdvae

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tour_runs_in_a_kernel_that_has_loaded_tensorflow(tmp_path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # set where a page was drawn in this process
    tour = nbformat.read(DOCS / "tour.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in tour.cells)
    tour.cells.insert(0, nbformat.v4.new_code_cell("import tensorflow"))
    for cell in tour.cells:
        cell.source = cell.source.replace('"epochs": 4', '"epochs": 1')
    nbclient.NotebookClient(tour, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in tour.cells for output in cell.get("outputs", ())]
    assert "errored" not in str(shown)
    texts = "".join(output.get("text", "") for output in shown)
    assert "train kl-a0.5: done" in texts  # progress, in lines
    assert "\x1b" not in texts.split("train kl-a0.5: done")[0]
    kinds = [set(output.get("data", {})) for output in shown]
    assert sum("image/png" in kind for kind in kinds) == 2
    assert any("text/html" in kind for kind in kinds)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_the_recipe_for_an_optimiser_asks_compares_and_tells(tiny_npz, tmp_path, monkeypatch):
    (recipe,) = re.findall(r"```python\n(import optuna.*?)```", (DOCS / "python.md").read_text(), re.DOTALL)
    for whole, tiny in (("range(12)", "range(1)"), ('"quick",', f'"quick", dataset="npz:{tiny_npz}", epochs=1,')):
        assert whole in recipe
        recipe = recipe.replace(whole, tiny)
    monkeypatch.chdir(tmp_path)
    scope = {}
    exec(recipe, scope)
    (trial,) = scope["study"].trials
    row = mmdvae.load_report(out="runs").frame().iloc[0]
    assert trial.values == [row["valid_mse"], row["valid_sliced_w2"]]
    assert (row["alpha"], row["sigma"]) == (round(trial.params["alpha"], 2), float(f"{trial.params['sigma']:.3g}"))
