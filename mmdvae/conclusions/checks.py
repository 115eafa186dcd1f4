"""Checks for problems that make metrics misleading; each names the affected variants and says what to do."""

import math
from collections.abc import Sequence
from typing import Literal

from mmdvae.conclusions import budget, dimensions, fronts
from mmdvae.conclusions.rules import ERROR_WORDS
from mmdvae.conclusions.variant_checks import VARIANT_CHECKS, VariantCheck
from mmdvae.measures import strength
from mmdvae.measures.kernel_states import DEAD
from mmdvae.penalties.penalty import NONE
from mmdvae.record.result import Baseline, Check, Chosen, Classifier, Run, VariantResult

Variants = Sequence[VariantResult]

FEW_TEST_IMAGES = 500
REPEATED = 0.01  # of the test images, from where they change what errors mean
TOLD = {"orientations": " at telling how an image was turned", "flips": " at telling how an image was mirrored"}

MEANING = {
    "saturated": "too narrow, about 0 between any two points, so that the gradient vanishes",
    "flat": "too wide, about 1 between any two points, so that a shift of the mean is seen and hardly the spread",
}


def run_all(run: Run, variants: Variants, baselines: Sequence[Baseline]) -> list[Check]:
    """All checks, in the order of their codes."""
    checks = [
        finished(variants),
        kernel_alive(variants),
        equal_budget(variants),
        settled(variants, ERROR_WORDS[run.likelihood]),
        baselines_measured(baselines),
        samples_judged(run.classifier),
        in_a_claim(variants),
        *([] if run.dataset.repeated is None else [test_images_are_new(run.dataset.repeated, run.dataset.test)]),
        enough_test_images(run.dataset.test),
        *trained_enough(run, variants, baselines),
        *([chosen_by_others(run.chosen, variants)] if run.chosen else []),
        *(_by(fault, variants, ERROR_WORDS[run.likelihood]) for fault in VARIANT_CHECKS),
    ]
    return sorted(checks, key=lambda check: int(check.code[1:]))


def finished(variants: Variants) -> Check:
    """C1: all variants were trained and measured."""
    bad = [variant for variant in variants if variant.status != "ok"]
    reasons = "; ".join(f"{variant.name}: {variant.status} ({variant.error})" for variant in bad)
    return _check(
        "C1",
        "Some variants did not finish" if bad else "Every variant finished",
        "issue" if bad else "passed",
        f"{reasons}. Run the same command again to try these alone." if bad else "All were trained and measured.",
        bad,
    )


def kernel_alive(variants: Variants) -> Check:
    """C2: no training kernel is dead."""
    bad = [variant for variant in variants if set(variant.kernel_states) & set(DEAD)]
    kinds = sorted({state for variant in bad for state in variant.kernel_states if state in DEAD})
    why = "; ".join(MEANING[kind] for kind in reversed(kinds))
    if bad:
        told = f"{why[:1].upper()}{why[1:]}. {_strong_ranges(bad)}"
        return _check("C2", "Dead kernels: nothing was regularised", "issue", told, bad)
    if not any(variant.kernel for variant in variants):
        return _check("C2", "No variant has a kernel", "passed", "So no kernel is dead.", [])
    told = "Every kernel tells near points from far ones. That alone does not mean that it pulls enough: C7."
    return _check("C2", "Every kernel is alive", "passed", told, [])


def equal_budget(variants: Variants) -> Check:
    """C4: all variants were trained for the same number of epochs."""
    compared = [variant for variant in variants if variant.status == "ok"]
    epochs = {run.epochs for variant in compared for run in variant.runs}
    unequal = len(epochs) > 1
    return _check(
        "C4",
        "Unequal training" if unequal else "Equal training",
        "issue" if unequal else "passed",
        f"Epochs differ: {sorted(epochs)}; do not compare variants with different epochs."
        if unequal
        else "All were trained for the same number of epochs.",
        compared if unequal else [],
    )


def settled(variants: Variants, words: dict[str, str] = ERROR_WORDS["bernoulli"]) -> Check:
    """C5: more epochs would change little, judged by a training with half the epochs, else by the error's curve."""
    compared = [variant for variant in variants if variant.status == "ok"]
    halves = bool(compared) and all(budget.has_half(run) for variant in compared for run in variant.runs)
    seen, moves = (budget.WITH_HALF, budget.changed_since_half) if halves else (budget.BY_CURVE, budget.curve_moves)
    bad = [variant for variant in compared if any(moves(run) for run in variant.runs)]
    title, told = (said[not bad].format(**words) for said in (seen.titles, seen.explanations))
    return _check("C5", title, "tip" if bad else "passed", told, bad)


def baselines_measured(baselines: Sequence[Baseline]) -> Check:
    """C6: the baselines were measured."""
    return _check(
        "C6",
        "Baselines were measured" if baselines else "Baselines are missing",
        "passed" if baselines else "issue",
        "The tables include the baselines."
        if baselines
        else "They failed, so the tables lack them. Run the same command again to try them alone.",
        [],
    )


def samples_judged(classifier: Classifier | None) -> Check:
    """C12: there was a classifier for the metrics of samples."""
    return _check(
        "C12",
        "Samples were judged" if classifier else "Samples were not judged",
        "passed" if classifier else "tip",
        f"By a classifier with a test accuracy of {classifier.test_accuracy:.3f}{TOLD.get(classifier.task, '')}."
        if classifier
        else "The classifier failed, or tells test images apart hardly better than by chance: nothing measures the "
        "samples.",
        [],
    )


def in_a_claim(variants: Variants) -> Check:
    """C14: the claims are about no penalty, MMD, KL and what is compared with these, on codes as they are."""
    about = fronts.penalties(())
    for group in dimensions.split(variants).values():
        about |= fronts.penalties(group)
    others = [one for one in variants if one.normalised or one.regularizer not in (NONE, *about)]
    return _check(
        "C14",
        "Some variants are outside the claims" if others else "The claims cover the penalties",
        "tip" if others else "passed",
        f"The claims are about {', '.join(about.values())} and no penalty, on codes that are not normalised"
        + (": of these variants the headline, tables and figures speak." if others else "."),
        others,
    )


def test_images_are_new(repeated: int, test: int) -> Check:
    """C15: few test images are also training images."""
    told = f"{repeated:,} of {test:,} test images ({repeated / test:.1%}) are equal to a training image, pixel by pixel"
    many = repeated > REPEATED * test
    return _check(
        "C15",
        "Test images that were trained on" if many else "Test images are new",
        "issue" if many else "passed",
        f"{told}: errors are those of images learned by heart. Split the images by what they show."
        if many
        else f"{told}."
        if repeated
        else "No test image is equal to a training image.",
        [],
    )


def enough_test_images(test: int) -> Check:
    """C16: there are test images enough for the metrics that need many."""
    few = test < FEW_TEST_IMAGES
    floor = math.sqrt(3 / test)
    return _check(
        "C16",
        f"Only {test} test images" if few else "Enough test images",
        "tip" if few else "passed",
        f"So few leave noise in whatever compares sets: samples (Fréchet and kernel distance, density, coverage), the "
        f"holes in the codes, MMD², and sliced W2, which draws of the prior themselves have at {floor:.2f}. Accuracies "
        f"are known to ± {1 / math.sqrt(test):.0%}. Reconstruction errors stay comparable: all are of the same images."
        if few
        else f"All metrics are of {test:,} test images.",
        [],
    )


def trained_enough(run: Run, variants: Variants, baselines: Sequence[Baseline]) -> list[Check]:
    """C17: no penalty reconstructs better than PCA with as many dimensions; nothing where one was not measured."""
    pairs = [(one, _error_of_pca(baselines, one.latent_dim)) for one in variants if one.is_plain]
    known = [(one, mse, pca) for one, pca in pairs if (mse := one.mean("mse")) is not None and pca is not None]
    bad = [one for one, mse, pca in known if mse > pca]
    batch = run.recipe_settings.get("batch_size")
    epochs = max((seed.epochs for one in bad for seed in one.runs), default=0)
    steps = f" after {epochs * -(-run.dataset.train // batch):,} steps" if isinstance(batch, int) and batch else ""
    told = f"Without a penalty{steps} the images are reconstructed worse than by PCA with as many numbers"
    return [
        _check(
            "C17",
            "PCA reconstructs better than these networks" if bad else "Reconstructions are better than PCA's",
            "issue" if bad else "passed",
            f"{told}: nothing here holds for networks that have learned. Too few steps: many more --epochs, or a "
            "smaller --batch-size. Or too few images, if training images are reconstructed better (C11)."
            if bad
            else "So the networks have learned something that no linear map can do.",
            bad,
        )
    ][: len(known)]


def chosen_by_others(chosen: Chosen, variants: Variants) -> Check:
    """C18: no variant was chosen by the seeds that it is measured with."""
    bad = [one for one in variants if any(not one.unbiased(run.seed) for run in one.runs)]
    seeds = f"seed{'s' * (len(chosen.seeds) > 1)} {', '.join(map(str, chosen.seeds))}"
    told = f"Settings were chosen among {chosen.among} by their validation images, with {seeds}"
    return _check(
        "C18",
        f"Chosen among {chosen.among} by the same seeds" if bad else f"Chosen among {chosen.among} by other seeds",
        "tip" if bad else "passed",
        f"{told}. Of trainings that are alike the luckiest is chosen, and its luck is also in its test images: so what "
        "was chosen has an interval only from three seeds that did not choose it."
        if bad
        else f"{told}, which are none of these: intervals are as for settings that were not chosen.",
        bad,
    )


def _error_of_pca(baselines: Sequence[Baseline], dim: int) -> float | None:
    return next((row.numbers.get("mse") for row in baselines if row.name == f"PCA-{dim}"), None)


def _strong_ranges(variants: Variants) -> str:
    """From which sigma to which a kernel pulls strongly, for each number of latent dimensions."""
    dims = sorted({one.latent_dim for one in variants})
    ranges = {dim: "from σ {:.3g} to {:.3g}".format(*strength.strong_range(dim)) for dim in dims}
    if len(dims) == 1:
        return f"F{ranges[dims[0]][1:]} a kernel pulls strongly at the prior."
    told = (f"{span} in {dim} dimensions" for dim, span in ranges.items())
    return f"A kernel pulls strongly at the prior {', '.join(told)}."


def _by(fault: VariantCheck, variants: Variants, words: dict[str, str]) -> Check:
    bad = [variant for variant in variants if fault.has_it(variant)]
    found = 0 if bad else 1
    told = fault.explanations[found].format(**words)
    return _check(fault.code, fault.titles[found], ("passed" if found else fault.state), told, bad)


def _check(
    code: str, title: str, state: Literal["issue", "tip", "passed"], explanation: str, variants: Variants
) -> Check:
    names = [variant.name for variant in variants]
    return Check(code=code, title=title, state=state, explanation=explanation, variants=names)
