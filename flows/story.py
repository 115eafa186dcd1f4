"""The steps of the experiment, written once, run with or without Prefect."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows import asked, needs
from flows.forecast import Amount, announced
from flows.plan import Plan
from flows.runners import Runner
from mmdvae import images, provenance, results
from mmdvae.data.prepare import Dataset
from mmdvae.errors import InputError, VariantFailed
from mmdvae.experiment import file
from mmdvae.jobs import inventory, store
from mmdvae.jobs.names import RESULT
from mmdvae.model import cost
from mmdvae.record import result
from mmdvae.record.result import Baseline, Classifier, Run
from mmdvae.results import Outcome
from mmdvae.variants import Variant
from tasks.load import load_data
from tasks.processes import devices
from tasks.processes.pool import at_a_time, narrow
from tasks.progress import tell
from tasks.report import write_report
from tasks.work import work


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The outcome of a finished comparison."""

    page: Path
    variants: int
    bad: tuple[str, ...]  # names of variants that failed or diverged


def story(plan: Plan, runner: Runner) -> Ending:
    """How do alpha and sigma affect the reconstructions and the dispersion of the latent space?"""
    with inventory.running(plan.store, plan.run_id):
        if plan.adapted:
            plan.adapted.get(
                lambda asked: runner.result(runner.submit(work, "data", asked)), refresh=plan.options.refresh
            )
        data = runner.result(runner.submit(load_data, plan.data, plan.options.data_dir, plan.store))
        plan = plan.for_images(data.shape)
        needed = _fitted_into_memory(plan, data, runner)
        steps = _Steps(plan, data, runner)
        classifier = steps.start("classifier", "classifier")
        trainings = _start_trainings(steps, needed)
        classified = _classifier(runner.end(classifier.future))
        judge = classifier.folder if classified else None
        # Submitted after the trainings, so that no training waits for it.
        baselines = steps.start(
            "baselines", "baselines", needs={"classifier": judge}, latent_dims=list(plan.experiment.latent_dims)
        )
        outcomes = _evaluate_when_trained(steps, trainings, judge)
        measured = runner.end(baselines.future)
        found = {} if isinstance(measured, Exception) else measured
        rows = [Baseline(**row) for row in found.get("baselines", [])]
        run = _run(plan, data, classified, repeated=found.get("repeated_in_training"))
        report = results.report(run, outcomes, rows)
        manifest = results.manifest(data.folder.name, outcomes)
        again = file.text(plan.experiment, plan.run_dir)
        page = runner.result(runner.submit(write_report, plan.run_dir, plan.store, report, manifest, again))
    bad = tuple(variant.name for variant in report.unfinished)
    return Ending(page=page, variants=len(report.variants), bad=bad)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A piece of work that was submitted."""

    folder: Path  # in the store
    future: Any


@dataclass(frozen=True, slots=True)
class _Steps:
    """Submits the comparison's pieces of work."""

    plan: Plan
    data: Dataset
    runner: Runner

    def start(self, kind: str, label: str, *, anew: bool = False, **about: Any) -> Step:
        """Submit work of this kind; `anew` first deletes its result from the store."""
        asked = self.ask(kind, **about)
        folder = Path(asked["folder"])
        if anew:
            store.forget(folder)
        return Step(folder=folder, future=self.runner.submit(work, label, asked))

    def ask(self, kind: str, **about: Any) -> dict[str, Any]:
        """The request for work of this kind."""
        return asked.make(self.plan, self.data, kind, **about)


@dataclass(slots=True)
class _Unit:
    """One variant with one seed, from training to outcome."""

    variant: Variant
    seed: int
    training: Step
    evaluation: Step | None = None
    trained: Any = None  # a record, or the exception that it ended with
    evaluated: Any = None
    half: dict[str, Any] | None = None  # the evaluation after half the epochs, if an earlier comparison made it

    def outcome(self) -> Outcome:
        """The unit's part of the report."""
        ends = [end for end in (self.trained, self.evaluated) if end is not None]
        records = [None if isinstance(end, Exception) else end for end in (self.trained, self.evaluated)]
        return Outcome(
            variant=self.variant,
            seed=self.seed,
            train_key=self.training.folder.name,
            evaluate_key=self.evaluation.folder.name if self.evaluation else None,
            training=records[0],
            evaluation=records[1],
            half=self.half,
            error=next((trouble for end in ends if (trouble := _trouble(end))), None),
        )


def _fitted_into_memory(plan: Plan, data: Dataset, runner: Runner) -> int:
    """Bytes that one training needs; fewer run at a time if memory holds no more. InputError if it holds none."""
    found = needs.of(plan, data, lambda request: runner.result(runner.submit(work, "network", request)))
    for note in found.notes:
        tell("network", {"event": "note", "message": note})
    if devices.fitting(found.bytes) < 1:
        recipe, have = plan.experiment.recipe, devices.largest()
        raise InputError(
            f"memory: a training on {images.told(data.shape)} images in batches of {recipe.batch_size} "
            f"needs {found.bytes / 1e9:.1f} GB, this machine has {have / 1e9:.1f} GB; {_would_fit(plan, data, have)}"
        )
    if not plan.options.jobs:  # else the user knows better
        narrow(devices.fitting(found.bytes))
    return found.bytes


def _would_fit(plan: Plan, data: Dataset, have: float) -> str:
    if plan.experiment.network:
        return "take a smaller --batch-size or smaller images (--size)"
    size = cost.largest_batch(data.shape, max(plan.experiment.latent_dims), have)
    return f"--batch-size {size} would fit" if size else "smaller images (--size) would fit"


def _start_trainings(steps: _Steps, memory: int) -> list[_Unit]:
    """Tell what there is to do, and submit a training for every variant and seed."""
    plan, epochs = steps.plan, steps.plan.experiment.recipe.epochs
    about = list(asked.settings(plan, steps.data))
    requests = [steps.ask("train", **each) for each in about]
    missing = [one for one in requests if plan.options.refresh or not (Path(one["folder"]) / RESULT).exists()]
    new = [one for one in missing if not Path(one["folder"]).exists()]
    others = ", ".join(map(str, sorted(inventory.other_epochs(plan.store, new))))
    if others:
        told = f"the store has trainings of {others} epochs; one of {epochs} epochs is separate and starts from scratch"
        tell("train", {"event": "note", "message": told})
    amount = Amount(
        trainings=len(requests),
        stored=len(requests) - len(missing),
        seeds=len(plan.experiment.seeds),
        epochs=epochs,
        images=steps.data.train,
        at_a_time=at_a_time() or 1,
        bytes_each=memory,
    )
    with announced(amount):
        return [
            _Unit(
                variant,
                seed,
                steps.start("train", _label(plan, "train", variant, seed), anew=plan.options.refresh, **each),
            )
            for (variant, seed), each in zip(plan.units(), about, strict=True)
        ]


def _classifier(end: Any) -> Classifier | None:
    """The data set's classifier; None if it failed or hardly tells its test images apart, and so judges no samples."""
    if isinstance(end, Exception) or not end["fit"]:
        return None
    return Classifier(**{name: value for name, value in end.items() if name != "fit"})


def _evaluate_when_trained(steps: _Steps, units: list[_Unit], judge: Path | None) -> list[Outcome]:
    """Evaluate every variant as soon as it is trained; one that fails does not affect the others."""
    plan, runner = steps.plan, steps.runner
    training = {unit.training.future: unit for unit in units}
    for future in runner.as_completed(training):
        unit = training[future]
        unit.trained = _checked(plan, unit, runner.outcome(future))
        if isinstance(unit.trained, dict) and unit.trained["status"] == "ok":
            unit.evaluation = steps.start(
                "evaluate",
                _label(plan, "evaluate", unit.variant, unit.seed),
                anew=plan.options.refresh,
                needs={"trained": unit.training.folder, "classifier": judge},
                variant=unit.variant.to_dict(),
                recipe=plan.experiment.recipe.to_dict(),
                seed=unit.seed,
            )
    evaluating = {unit.evaluation.future: unit for unit in units if unit.evaluation}
    for future in runner.as_completed(evaluating):
        unit = evaluating[future]
        unit.evaluated = _checked(plan, unit, runner.outcome(future))
        unit.half = _after_half_the_epochs(steps, unit, judge)
    return [unit.outcome() for unit in units]


def _after_half_the_epochs(steps: _Steps, unit: _Unit, judge: Path | None) -> dict[str, Any] | None:
    """The stored evaluation of the same variant and seed trained with half the epochs; None if there is none."""
    recipe = steps.plan.experiment.recipe
    if recipe.epochs % 2:
        return None
    about = {
        "variant": unit.variant.to_dict(),
        "recipe": replace(recipe, epochs=recipe.epochs // 2).to_dict(),
        "seed": unit.seed,
    }
    trained = Path(steps.ask("train", image_shape=list(steps.data.shape), **about)["folder"])
    if store.read(trained) is None:
        return None
    needs = {"trained": trained, "classifier": judge}
    return store.read(Path(steps.ask("evaluate", needs=needs, **about)["folder"]))


def _checked(plan: Plan, unit: _Unit, end: Any) -> Any:
    """The outcome of a training or evaluation; with --strict anything but success raises VariantFailed."""
    if plan.options.strict and (trouble := _trouble(end)):
        raise VariantFailed(f"variant {unit.variant.name} with seed {unit.seed}: {trouble}")
    return end


def _trouble(end: Any) -> str | None:
    return str(end) if isinstance(end, Exception) else end.get("error")


def _label(plan: Plan, verb: str, variant: Variant, seed: int) -> str:
    return f"{verb} {variant.name}" + (f" seed {seed}" if len(plan.experiment.seeds) > 1 else "")


def _run(plan: Plan, data: Dataset, classifier: Classifier | None, *, repeated: int | None) -> Run:
    recipe, dims = plan.experiment.recipe, plan.experiment.latent_dims
    return Run(
        id=plan.run_id,
        preset=plan.experiment.name,
        recipe=recipe.name,
        recipe_settings=recipe.to_dict(),
        latent_dim=dims[0] if len(dims) == 1 else None,
        created=plan.created,
        command=plan.command,
        whole=plan.whole,
        experiment=file.as_content(plan.experiment),
        chosen=plan.experiment.chosen,
        seeds=list(plan.experiment.seeds),
        dataset=result.Dataset(
            name=data.name,
            sha256=data.sha256,
            train=data.train,
            valid=data.valid,
            test=data.test,
            shape=data.shape,
            labelled=len(data.classes) > 1,
            notes=data.notes,
            repeated=repeated,
        ),
        code=provenance.code(),
        versions=provenance.versions(),
        hardware=provenance.hardware(gpus=devices.gpus(), cores=devices.cores(), memory_bytes=devices.memory_bytes()),
        classifier=classifier,
        jobs=at_a_time(),
    )
