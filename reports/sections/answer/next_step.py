"""What to run next, with the minutes it may take.

If PCA reconstructs better, many more epochs; if no penalty reached the prior, a setting whose kernel pulls strongly;
else more seeds, more epochs, a sigma between those tried, another alpha.
"""

import itertools
import math
import re
import shlex
from dataclasses import dataclass, replace

from mmdvae.conclusions import vitality
from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.penalties.penalty import NONE
from mmdvae.record.result import Report, VariantResult
from mmdvae.variants import NORMALISED, Variant, gaussian, normalised
from reports import facets, text
from reports.sections.answer import headline

ALPHA = 0.6  # where no penalty was tried
ENOUGH_STEPS = 1_000  # of training, with which some structure is learned from any images
FAR = 1.5  # sigmas or alphas that differ by a larger factor leave room for one between them


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """A command, and why; `minutes` is None if no training was timed."""

    why: str
    command: str
    trainings: int  # new ones; what is trained is not trained again
    at_a_time: int | None  # None if that was not recorded
    minutes: float | None

    @property
    def cost(self) -> str:
        """The time and what it is for: about 11 min for 20 new trainings, 2 at a time; empty if it is not known."""
        if self.minutes is None:
            return ""
        pace = f", {self.at_a_time} at a time" if (self.at_a_time or 1) > 1 else ""
        return f"about {math.ceil(self.minutes)} min for {text.count(self.trainings, 'new training')}{pace}"


def of(report: Report) -> NextStep | None:
    """The most useful next run; None if the command of this one is not known, or nothing is left to settle.

    Of several numbers of latent dimensions, what is about a setting is proposed for one of them alone.
    """
    words = _words(report)
    if not words or not report.finished:
        return None
    alone = [one for one in facets.of(report) if one.finished]
    for find, parts in (
        (_learn, [report]),
        (_strong, alone),
        (_seeds, [report]),
        (_epochs, [report]),
        (_finer, alone),
        (_alphas, alone),
    ):
        for one in parts:
            step = find(one, words)
            if step:
                return step if one is report else _within(step, one.advice.latent_dim)
    return None


def _within(step: NextStep, d: int) -> NextStep:
    """The step on one of several numbers of latent dimensions: its variants by names that say it.

    The command keeps all of them, because blocks of its file may need others.
    """
    words = shlex.split(step.command)
    pairs = zip(["", *words], words, strict=False)
    told = [_with_dim(word, d) if before == "--variant" else word for before, word in pairs]
    return replace(step, why=f"{step.why}, at {facets.named([d])}", command=shlex.join(told))


def _with_dim(name: str, d: int) -> str:
    """The name of a variant with its number of latent dimensions, also if that is the usual one."""
    bare = name.removesuffix(NORMALISED)
    return name if re.search(r"-d\d+$", bare) else f"{bare}-d{d}{name[len(bare) :]}"


def _learn(report: Report, words: list[str]) -> NextStep | None:
    """Many more epochs, where so few steps were made that PCA reconstructs better; none help against overfitting."""
    batch = report.run.recipe_settings.get("batch_size")
    epochs = max((run.epochs for one in report.finished for run in one.runs), default=0)
    if not epochs or not isinstance(batch, int) or not _flagged(report, "C17") or _flagged(report, "C11"):
        return None
    steps = epochs * -(-report.run.dataset.train // batch)
    longer = max(4, -(-ENOUGH_STEPS // steps))
    command = [*_without(words, {"--epochs"}), "--epochs", str(longer * epochs)]
    new = len(report.run.seeds) * len(report.variants)
    return _step(report, "more epochs, as PCA still reconstructs better", command, new, longer=float(longer))


def _strong(report: Report, words: list[str]) -> NextStep | None:
    """A kernel that pulls strongly, if none that was tried does and no setting reached the prior."""
    low, high = report.advice.sigma.strong or (1.0, 0.0)
    tried = [one for one in report.variants if one.has_penalty]
    if headline.choice(report).names or any(low <= sigma <= high for one in tried for sigma in one.widths):
        return None
    sigma = float(f"{math.sqrt(report.advice.latent_dim):.3g}")
    if any(vitality.of(one) in ("alive", "half-way", "not measured") for one in tried) or not low <= sigma <= high:
        return None
    alpha = max((one.alpha for one in tried), default=ALPHA)
    return _with(report, words, "a σ that pulls strongly at the prior", [gaussian(alpha, sigma)])


def _seeds(report: Report, words: list[str]) -> NextStep | None:
    seeds, chose = report.run.seeds, report.run.chosen.seeds if report.run.chosen else ()
    lacking = MIN_SEEDS - sum(seed not in chose for seed in seeds)
    if lacking <= 0:
        return None
    unused = (seed for seed in itertools.count() if seed not in {*seeds, *chose})
    wanted = [*seeds, *itertools.islice(unused, lacking)]
    command = [*_without(words, {"--seed"}), *(word for seed in wanted for word in ("--seed", str(seed)))]
    why = f"{MIN_SEEDS} seeds that did not choose" if chose else f"{MIN_SEEDS} seeds"
    return _step(report, f"{why}, for intervals", command, lacking * len(report.variants))


def _epochs(report: Report, words: list[str]) -> NextStep | None:
    epochs = max((run.epochs for one in report.finished for run in one.runs), default=0)
    if not epochs or not unsettled(report):
        return None
    command = [*_without(words, {"--epochs"}), "--epochs", str(2 * epochs)]
    new = len(report.run.seeds) * len(report.variants)
    return _step(report, "twice the epochs, as training had not settled", command, new, longer=2.0)


def _finer(report: Report, words: list[str]) -> NextStep | None:
    """A value between the best one and its neighbour, where that neighbour is far away."""
    found = headline.choice(report)
    best = headline.variant_of(report, found.names[0]) if found.names else None
    if best is None or best.sigma is None:
        return None
    alike = [one for one in report.finished if (one.alpha, one.normalised) == (best.alpha, best.normalised)]
    sigmas = sorted({one.sigma for one in alike if one.sigma is not None})
    low, high = report.advice.sigma.strong or (0.0, math.inf)
    between = [math.sqrt(a * b) for a, b in _neighbours(sigmas, best.sigma) if FAR < b / a < 100]
    tried = [gaussian(best.alpha, float(f"{sigma:.2g}")) for sigma in between if low <= sigma <= high]
    return _with(report, words, "σ between those tried", tried, beside=best) if tried else None


def _alphas(report: Report, words: list[str]) -> NextStep | None:
    """A third and three times the weight of the best setting, if it is the only one that was tried."""
    found = headline.choice(report)
    best = headline.variant_of(report, found.names[0]) if found.names else None
    alphas = {one.alpha for one in report.variants if best and one.regularizer == best.regularizer}
    if best is None or best.sigma is None or len(alphas) > 1:
        return None
    weight = best.alpha / (1 - best.alpha)
    others = [float(f"{w / (1 + w):.2g}") for w in (weight / 3, weight * 3)]
    tried = [gaussian(alpha, best.sigma) for alpha in others if 0 < alpha < 1]
    return _with(report, words, "other α", tried, beside=best) if tried else None


def _with(
    report: Report, words: list[str], why: str, tried: list[Variant], *, beside: VariantResult | None = None
) -> NextStep:
    """The step that trains these variants, compared with no penalty and the best one so far."""
    made = [normalised(one) if beside and beside.normalised else one for one in tried]
    names = [NONE, *([beside.name] if beside else []), *(one.name for one in made)]
    base = _without(words, {"--alpha", "--sigma", "--variant", "--only"})
    command = [*base, *(word for name in names for word in ("--variant", name))]
    return _step(report, why, command, len(report.run.seeds) * len(made))


def unsettled(report: Report) -> bool:
    """Whether more epochs may still change the numbers, by check C5."""
    return _flagged(report, "C5")


def _flagged(report: Report, code: str) -> bool:
    return any(check.code == code and check.state != "passed" for check in report.checks)


def _neighbours(values: list[float], value: float) -> list[tuple[float, float]]:
    at = values.index(value)
    return [(a, b) for a, b in zip(values[:-1], values[1:], strict=True) if values[at] in (a, b)]


def _step(report: Report, why: str, command: list[str], trainings: int, *, longer: float = 1.0) -> NextStep:
    """The step with the expected time of training and measuring, by the times of this run."""
    times = [_seconds(one, longer) for one in report.finished]
    known = [seconds for seconds in times if seconds is not None]
    jobs = min(report.run.jobs or 1, max(1, trainings))
    return NextStep(
        why=why,
        command=shlex.join(command),
        trainings=trainings,
        at_a_time=report.run.jobs and jobs,
        minutes=sum(known) / len(known) * trainings / jobs / 60 if known else None,
    )


def _seconds(variant: VariantResult, longer: float) -> float | None:
    training, evaluation = variant.mean("train_seconds"), variant.mean("evaluate_seconds")
    return None if training is None else longer * training + (evaluation or 0.0)


def _words(report: Report) -> list[str]:
    """The run's command in words; empty if it was not recorded, or is none of ours."""
    try:
        words = shlex.split(report.run.command)
    except ValueError:
        return []
    return words if words[:2] == ["mmdvae", "compare"] else []


def _without(words: list[str], options: set[str]) -> list[str]:
    """The words without these options and their values."""
    kept, skip = [], False
    for word in words:
        if not skip and word not in options:
            kept.append(word)
        skip = not skip and word in options
    return kept
