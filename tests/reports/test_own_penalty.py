"""A new penalty that no other module names is trained, evaluated, judged and shown, with no false statement."""

import sys
from dataclasses import replace
from types import ModuleType

import made_report
import pytest
from parsed_page import Parsed, words

from mmdvae import recipes, results, variants
from mmdvae.files import write_json
from mmdvae.measures import evaluate
from mmdvae.penalties import table
from mmdvae.penalties.penalty import Penalty
from mmdvae.record import report_json
from mmdvae.results import Outcome
from mmdvae.training import fit
from mmdvae.training.load import load
from mmdvae.variants import Variant
from reports import write


@pytest.fixture(scope="module")
def page(tiny, tmp_path_factory):
    """The page of a run with one variant without a penalty and one with `pull`, the mean square of the codes."""
    from keras import ops

    module = ModuleType("own_pull")
    module.value = lambda outputs, variant, recipe: ops.mean(ops.square(outputs["z"]))
    row = Penalty(
        name="pull",
        title="Pull",
        unit="squared latent units",
        action="every code is pulled to the origin",
        module="own_pull",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "own_pull", module)
        patch.setattr(table, "PENALTIES", (*table.PENALTIES, row))
        out = tmp_path_factory.mktemp("own")
        outcomes = [
            measured(variant, tiny, out / "store")
            for variant in (variants.none(), Variant(regularizer="pull", alpha=0.3))
        ]
        run = made_report.run(latent_dim=8, classifier=None)
        report = results.report(run, outcomes, [])
        report_json.write(report, out / "run")
        (out / "store" / tiny.name).symlink_to(tiny)
        write_json(out / "run" / "manifest.json", results.manifest(tiny.name, outcomes))
        text = write.write(out / "run", out / "store").read_text()
    return report, text


def measured(variant, tiny, store):
    recipe = replace(recipes.STANDARD, epochs=1)
    trained, evaluated = (store / f"{kind}-{variant.name.encode().hex():0>24}" for kind in ("train", "evaluate"))
    training = fit.fit(variant, recipe, seed=0, data=tiny, folder=trained, report=lambda event: None)
    metrics = evaluate.evaluate(load(trained, variant, recipe), data=tiny, judge=None, folder=evaluated)
    return Outcome(
        variant=variant,
        seed=0,
        train_key=trained.name,
        evaluate_key=evaluated.name,
        training=training,
        evaluation={"metrics": metrics},
    )


def test_it_acts_on_the_codes_and_its_gradient_is_measured(page):
    report, _ = page
    plain, pulled = report.variants
    assert pulled.name == "pull-a0.3"
    assert pulled.mean("total_variance") < plain.mean("total_variance")
    assert pulled.mean("gradient_ratio") > 0


def rows(page, name):
    """The texts of a variant's table rows."""
    return [words(row) for row in Parsed(page).all("tr", data_variant=name)]


def test_the_page_says_of_it_what_is_true(page):
    _, text = page
    (fold,) = Parsed(text).all("details", id="one-pull-a0.3")
    assert "Pull: every code is pulled to the origin." in words(fold)
    start = text.index("<table", text.index('id="kernels"'))
    kernels = Parsed(text[start : text.index("</table>", start) + len("</table>")])
    (row,) = map(words, kernels.all("tr", data_variant="pull-a0.3"))
    assert row.startswith("α 0.3, Pull ")
    assert "–" not in row  # its gradient was measured, and it has no kernel to be called dead
    assert "α 0.3, Pull" in words(Parsed(text).all("main")[0])
    assert "MMD² penalty" not in text


def test_a_check_says_that_no_claim_is_about_it(page):
    report, _ = page
    (check,) = [check for check in report.checks if check.code == "C14"]
    assert (check.state, check.variants) == ("tip", ["pull-a0.3"])


def test_no_check_calls_its_kernel_dead_and_advice_counts_both(page):
    report, _ = page
    (alive,) = [check for check in report.checks if check.code == "C2"]
    assert (alive.state, alive.title) == ("passed", "No variant has a kernel")
    assert {ranges.name for ranges in report.advice.sigma.codes} == {"none", "pull-a0.3"}
