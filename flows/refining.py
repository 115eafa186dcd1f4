"""Rounds of refinement: what was measured of an experiment, what is worth training next, and what that makes of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.errors import InputError
from mmdvae.experiment import file, tables
from mmdvae.experiment.experiment import Experiment
from mmdvae.files import digest, strict_json, write_text
from mmdvae.record import report_json
from mmdvae.record.result import Chosen, Report
from mmdvae.refinement import measured, search
from mmdvae.refinement.measured import Measured
from mmdvae.refinement.search import Next, Proposal
from mmdvae.variants import Variant

FOLDER, SUFFIX = "refine", "-refined"
LONGEST_NAME = 40  # of an experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An experiment with what was measured of it; None if it was not compared yet."""

    experiment: Experiment
    report: Report | None
    folder: Path | None = None  # of the run

    @property
    def known(self) -> list[Measured]:
        """What the search is told: every variant that was asked for, with its validation metrics if it has any."""
        found = {one.variant: one for one in measured.of(self.report.variants)} if self.report else {}
        return [found.get(one, Measured(variant=one, values={})) for one in self.experiment.variants]

    @property
    def chose(self) -> tuple[int, ...]:
        """The seeds by which variants are picked, now and before."""
        before = self.experiment.chosen.seeds if self.experiment.chosen else ()
        return tuple(sorted({*before, *self.experiment.seeds}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The next trainings of all numbers of latent dimensions that are refined."""

    steps: dict[int, Next]  # by number of latent dimensions

    @property
    def trainings(self) -> list[Proposal]:
        """All of them."""
        return [one for step in self.steps.values() for one in step.trainings]

    @property
    def checks(self) -> int:
        """How many trainings check the whole front, once no more settings are looked for."""
        return sum(step.checks for step in self.steps.values())

    @property
    def settled(self) -> bool:
        """Whether no more settings are looked for, so that the trainings are seeds that check the front."""
        return all(step.settled for step in self.steps.values())


def start(asked: str, out: Path, finished_run: Path | None) -> State:
    """The state of a finished run, given as its folder, or of a preset or file, if a run of it is among those in `out`.

    Raises: InputError, also for a run that was made before there were validation metrics.
    """
    experiment = file.read(str(finished_run or asked))
    chosen = experiment.chosen
    if chosen and not set(chosen.seeds) & set(experiment.seeds):
        raise InputError(
            f"{asked} checks what was chosen, with seeds that did not choose; refine the run that it is from"
        )
    found = (
        State(experiment=experiment, report=report_json.load(finished_run), folder=finished_run)
        if finished_run
        else (done(experiment, out) or State(experiment=experiment, report=None))
    )
    if found.report and not _chooseable(found.report):
        again = f"mmdvae compare {finished_run}" if finished_run else f"mmdvae compare {asked}"
        raise InputError(
            f"{asked} has no validation metrics, which older versions did not measure; run `{again}` "
            "and refine the new run: nothing is trained again"
        )
    return found


def dims_of(experiment: Experiment, wanted: Sequence[int]) -> tuple[int, ...]:
    """The numbers of latent dimensions to refine: those wanted, or all that have MMD with a Gaussian kernel."""
    there = [one.latent_dim for one in experiment.variants if one.kernel == "gaussian" and not one.normalised]
    dims = tuple(dict.fromkeys(there))
    if not dims:
        raise InputError(
            f"{experiment.name}: must have a variant with MMD and a Gaussian kernel, the one that is refined"
        )
    for dim in wanted:
        if dim not in dims:
            raise InputError(f"--latent-dim must be one of: {', '.join(map(str, dims))}; got {dim}")
    return tuple(dict.fromkeys(wanted)) or dims


def following(state: State, n: int, dims: Sequence[int], *, gaps: int | None = None) -> Round:
    """The next round of at most n trainings, shared evenly by the numbers of latent dimensions that are not settled."""

    def step(dim: int, most: int) -> Next:
        seeds = state.experiment.seeds
        return search.next_trainings(state.known, most, seeds=seeds, latent_dim=dim, gaps=gaps, chose=state.chose)

    first = {dim: step(dim, n) for dim in dims}
    active = [dim for dim in dims if not first[dim].settled] or list(dims)
    each = MIN_SEEDS if first[active[0]].settled else len(state.experiment.seeds)  # trainings of one variant
    share, rest = divmod(n // each, len(active))
    shared = {dim: step(dim, each * (share + (place < rest))) for place, dim in enumerate(active)}
    return Round(steps={dim: shared.get(dim) or replace(first[dim], trainings=[]) for dim in dims})


def with_round(state: State, step: Round) -> Experiment:
    """The experiment of a round: all variants so far and the new ones; or, once settled, the front with new seeds."""
    before, new = state.experiment, [one.variant for one in step.trainings]
    variants = tuple(dict.fromkeys(new if step.settled else [*before.variants, *new]))
    rounds = (before.chosen.rounds if before.chosen else 0) + (not step.settled)
    chosen = Chosen(
        among=_searched(before.variants if step.settled else variants, tuple(step.steps)),
        by=measured.BY,
        rounds=max(1, rounds),
        seeds=state.chose,
    )
    seeds = tuple(dict.fromkeys(one.seed for one in step.trainings)) if step.settled else before.seeds
    name = before.name.removesuffix(SUFFIX)[: LONGEST_NAME - len(SUFFIX)] + SUFFIX
    return replace(before, name=name, variants=variants, seeds=seeds, chosen=chosen)


def written(experiment: Experiment, out: Path) -> Path:
    """The experiment's file; the same experiment has the same."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{experiment.name}-{digest(file.as_content(experiment, folder))[:8]}.toml"
    write_text(path, file.text(experiment, folder))
    return path


def done(experiment: Experiment, out: Path) -> State | None:
    """The newest run of this experiment in which all variants finished and have what is chosen by; None if none is."""
    for folder in sorted((path.parent for path in out.glob(f"[!.]*/{tables.NAME}")), reverse=True):
        try:
            if not _same(experiment, file.read(str(folder)), out):
                continue
            report = report_json.load(folder)
        except InputError:  # a damaged run is no run
            continue
        if not report.unfinished and _chooseable(report) and _trained_so(experiment, report):
            return State(experiment=experiment, report=report, folder=folder)
    return None


def _same(asked: Experiment, found: Experiment, out: Path) -> bool:
    """Whether a run of `found` is one of `asked`; what the images decide may be left open in what is asked."""
    if asked.recipe.likelihood is None:
        found = replace(found, recipe=replace(found.recipe, likelihood=None))
    return file.as_content(asked, out) == file.as_content(found, out)


def _trained_so(asked: Experiment, report: Report) -> bool:
    """Whether its recipe was this one, a network of the user's own as it is now."""
    recipe = asked.recipe.for_images(report.run.dataset.shape[2]).to_dict()
    return json.loads(strict_json(recipe)) == report.run.recipe_settings


def _chooseable(report: Report) -> bool:
    """Whether every finished variant has what is chosen by."""
    return all(run.number(metric) is not None for one in report.finished for run in one.runs for metric in measured.BY)


def _searched(variants: Sequence[Variant], dims: Sequence[int]) -> int:
    """How many variants are chosen among."""
    return sum(measured.is_searched(one, dim) for one in variants for dim in dims)
