"""The experiment's story, told once, run by Prefect or without it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.states import Cancelled, Completed, Failed, State

from flows import plan as plans
from flows.lifecycle import end_task_runs, heartbeat, missed_schedules, notify, orphans
from flows.parameters import Alpha, Dataset, Epochs, Jobs, Name, PresetName, Seed, Sigma
from flows.plan import Plan
from flows.progress import prefect_ui
from flows.runners import PrefectRunner, Runner, ThreadRunner
from mmdvae import provenance, results
from mmdvae.data.catalog import DEFAULT
from mmdvae.errors import VariantFailed
from mmdvae.jobs import store
from mmdvae.results import Outcome
from tasks.load import load_data
from tasks.processes import devices
from tasks.processes import pool as workshop
from tasks.progress import tell
from tasks.report import publish_artifacts, write_report
from tasks.work import evaluate, measure_baselines, train, train_classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a finished comparison leaves."""

    page: Path
    variants: int
    bad: tuple[str, ...]  # names of variants that failed or diverged


def story(plan: Plan, runner: Runner) -> Ending:
    """What do alpha and sigma do to the reconstructions and to the dispersion of the latent space?"""
    data = _result(runner, runner.submit(load_data, plan.dataset, plan.data_dir, plan.store))
    judging = plans.classifier_request(plan, data)
    classifier = runner.submit(train_classifier, "classifier", judging)
    units = {unit: plans.train_request(plan, data, *unit) for unit in plan.units()}
    trainings = _start_trainings(plan, units, runner)
    classified = _classes_told_apart(_end(runner, classifier))
    judge = Path(judging["folder"]) if classified else None
    # After the trainings, so that none waits for it.
    baselines = runner.submit(measure_baselines, "baselines", plans.baselines_request(plan, data, judge))
    outcomes = _evaluate_when_trained(plan, units, trainings, judge, runner)
    measured = _end(runner, baselines)
    rows = [] if isinstance(measured, Exception) else measured["baselines"]
    report = results.report(_run(plan, data) | {"classifier": classified}, outcomes, rows)
    manifest = results.manifest(data["folder"], outcomes)
    page = _result(runner, runner.submit(write_report, plan.run_dir, plan.store, report, manifest))
    bad = tuple(variant["name"] for variant in report["variants"] if variant["status"] != "ok")
    return Ending(page=page, variants=len(report["variants"]), bad=bad)


@flow(
    name="compare",
    flow_run_name="{preset}",
    log_prints=False,
    persist_result=False,
    on_completion=[notify.notify],
    on_failure=[notify.notify],
    on_cancellation=[end_task_runs.end_task_runs, notify.notify],
    on_crashed=[end_task_runs.end_task_runs, notify.notify],
)
def compare(
    preset: PresetName = "quick",
    alphas: list[Alpha] | None = None,
    sigmas: list[Sigma] | None = None,
    seeds: list[Seed] | None = None,
    epochs: Epochs | None = None,
    dataset: Dataset = DEFAULT,
    data_dir: Path | None = None,
    only: list[Name] | None = None,
    jobs: Jobs | None = None,
    out: Path = Path("runs"),
    refresh: bool = False,
    strict: bool = False,
    rich_artifact: bool = False,
) -> State:
    """Train every variant, evaluate all on the same test set, write one report.

    Parameters are flat so that a deployment's can be overridden one by one.

    Args:
        preset: The variants, recipe and seeds to start from; what is given below replaces a part of it.
        alphas: Weights of the penalty, 0 <= alpha < 1. With sigmas they form a grid that replaces the variants.
        sigmas: Bandwidths of the Gaussian kernel in latent units, > 0.
        seeds: Every variant is trained with each; three or more give intervals.
        epochs: For every variant; empty: the preset's.
        dataset: fashion-mnist, mnist, kmnist, digits, npz:PATH, images:DIR or idx:DIR.
        data_dir: Folder that holds the data set's files; no other is searched.
        only: Names of variants of the preset; the others are left out.
        jobs: Trainings at a time; empty: as many as cores, memory and GPUs allow.
        out: Folder for reports and trained variants; relative to the project's folder.
        refresh: Train again what is trained already.
        strict: Stop at the first variant that fails, without a report.
        rich_artifact: Show the page in Prefect's UI, too, cut down to 500 KB.
    """
    orphans.claim()
    newer = missed_schedules.newer_run()
    if newer:
        return Cancelled(name="Skipped", message=f"missed its time, and {newer} of the same schedule is due as well")
    return run_with_prefect(
        plans.make(
            preset=preset,
            alphas=tuple(alphas or ()),
            sigmas=tuple(sigmas or ()),
            seeds=tuple(seeds or ()),
            epochs=epochs,
            dataset=dataset,
            data_dir=data_dir,
            only=tuple(only or ()),
            jobs=jobs,
            out=out,
            refresh=refresh,
            strict=strict,
            rich_artifact=rich_artifact,
        )
    )


def run_with_prefect(plan: Plan) -> State:
    """The story as task runs, inside a flow run; its artifacts and its final state."""
    runner = PrefectRunner()
    with heartbeat.beating(), prefect_ui.in_prefect(), workshop.opened(plan.jobs):
        ending = story(plan, runner)
    shown = _end(runner, runner.submit(publish_artifacts, ending.page, plan.store, plan.rich_artifact))
    if isinstance(shown, Exception):  # the report is there all the same
        tell("artifacts", {"event": "failed", "message": f"failed: {shown}"})
    return _final_state(ending)


def run_without_prefect(plan: Plan) -> Ending:
    """The story in threads of this process."""
    with workshop.opened(plan.jobs) as shop, ThreadPoolExecutor(shop.size) as pool:
        try:
            return story(plan, ThreadRunner(pool))
        except BaseException:
            # Before the pool is left, which waits for its threads: with the children gone they end at once.
            shop.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _start_trainings(plan: Plan, units: dict[tuple, dict[str, Any]], runner: Runner) -> dict[Any, tuple]:
    """Submit every variant with every seed; what each future is of."""
    if plan.refresh:
        for request in units.values():
            store.forget(Path(request["folder"]))
    new = [request for request in units.values() if not Path(request["folder"]).exists()]
    others = ", ".join(map(str, sorted(store.other_epochs(plan.store, new))))
    if others:
        told = f"there are trainings of {others} epochs; one of {plan.preset.recipe.epochs} is another and starts anew"
        tell("train", {"event": "note", "message": told})
    return {runner.submit(train, _label(plan, "train", *unit), request): unit for unit, request in units.items()}


def _classes_told_apart(classified: Any) -> dict[str, Any] | None:
    """The classifier's record; None if it failed or had but one class, for then it cannot judge samples."""
    return None if isinstance(classified, Exception) or classified["classes"] < 2 else classified


def _evaluate_when_trained(
    plan: Plan, units, trainings: dict[Any, tuple], judge: Path | None, runner: Runner
) -> list[Outcome]:
    """Every variant is measured as soon as it is trained; one that fails costs no other."""
    trained, measuring, evaluations = {}, {}, {}
    for future in runner.as_completed(trainings):
        unit = trainings[future]
        trained[unit] = _checked(plan, unit, runner.outcome(future))
        if isinstance(trained[unit], dict) and trained[unit]["status"] == "ok":
            measuring[unit] = plans.evaluate_request(plan, units[unit], judge)
            if plan.refresh:
                store.forget(Path(measuring[unit]["folder"]))
            evaluations[unit] = runner.submit(evaluate, _label(plan, "evaluate", *unit), measuring[unit])
    evaluated = {unit: _checked(plan, unit, end) for unit, end in _ended(runner, evaluations).items()}
    return [
        _outcome(unit, units[unit], measuring.get(unit), trained[unit], evaluated.get(unit)) for unit in plan.units()
    ]


def _outcome(unit, train: dict[str, Any], evaluate: dict[str, Any] | None, training: Any, evaluation: Any) -> Outcome:
    error = next((str(end) for end in (training, evaluation) if isinstance(end, Exception)), None)
    if isinstance(training, dict):
        error = error or training["error"]
    return Outcome(
        variant=unit[0],
        seed=unit[1],
        train_key=Path(train["folder"]).name,
        evaluate_key=Path(evaluate["folder"]).name if evaluate else None,
        training=training if isinstance(training, dict) else None,
        evaluation=evaluation if isinstance(evaluation, dict) else None,
        error=error,
    )


def _checked(plan: Plan, unit, end: Any) -> Any:
    """What a training or evaluation came to; with --strict anything but success raises VariantFailed."""
    trouble = str(end) if isinstance(end, Exception) else end.get("error")
    if plan.strict and trouble:
        raise VariantFailed(f"variant {unit[0].name} with seed {unit[1]}: {trouble}")
    return end


def _ended(runner: Runner, futures: dict[Any, Any]) -> dict[Any, Any]:
    """What each came to, a result or an exception, when all have ended."""
    names = {future: name for name, future in futures.items()}
    return {names[future]: runner.outcome(future) for future in runner.as_completed(names)}


def _end(runner: Runner, future: Any) -> Any:
    """What it came to, a result or an exception, when it has ended."""
    return _ended(runner, {"it": future})["it"]


def _result(runner: Runner, future: Any) -> Any:
    """The result of a step that nothing can do without."""
    end = _end(runner, future)
    if isinstance(end, BaseException):
        raise end
    return end


def _label(plan: Plan, verb: str, variant, seed: int) -> str:
    return f"{verb} {variant.name}" + (f" seed {seed}" if len(plan.preset.seeds) > 1 else "")


def _run(plan: Plan, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": plan.run_id,
        "preset": plan.preset.name,
        "recipe": plan.preset.recipe.name,
        "recipe_settings": plan.preset.recipe.to_dict(),
        "latent_dim": plan.preset.recipe.latent_dim,
        "created": plan.created,
        "command": plan.command,
        "seeds": list(plan.preset.seeds),
        "dataset": {key: data[key] for key in ("name", "sha256", "train", "valid", "test")},
        "code": provenance.code(),
        "versions": provenance.versions(),
        "hardware": provenance.hardware(
            gpus=devices.gpus(), cores=devices.cores(), memory_bytes=devices.memory_bytes()
        ),
    }


def _final_state(ending: Ending) -> State:
    """Completed if all went well, PartiallyFailed (a completed run, too) if some did, Failed if none did."""
    good = ending.variants - len(ending.bad)
    message = f"{good}/{ending.variants} variants, report: {ending.page}"
    if not good:
        return Failed(message=message, data=ending)
    return Completed(name="PartiallyFailed" if ending.bad else "Completed", message=message, data=ending)
