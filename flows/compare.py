"""The comparison as a Prefect flow, or in threads without Prefect."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from prefect import flow
from prefect.runtime import deployment
from prefect.states import Cancelled, Completed, Failed, State

from flows import plan as plans
from flows.lifecycle import end_task_runs, heartbeat, missed_schedules, notify, orphans
from flows.parameters import (
    Alpha,
    Beta,
    Colour,
    Dataset,
    Epochs,
    Experiment,
    Fit,
    Jobs,
    Likelihood,
    Name,
    Network,
    Positive,
    Seed,
    Sigma,
    Size,
    Whole,
)
from flows.plan import Plan
from flows.progress import prefect_ui
from flows.runners import PrefectRunner, ThreadRunner
from flows.story import Ending, story
from mmdvae.experiment import file
from tasks.processes import pool as processes
from tasks.progress import tell
from tasks.report import publish_artifacts


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
    preset: Experiment = "quick",
    alphas: list[Alpha] | None = None,
    sigmas: list[Sigma] | None = None,
    variants: list[Name] | None = None,
    betas: list[Beta] | None = None,
    imqs: list[Alpha] | None = None,
    sws: list[Alpha] | None = None,
    seeds: list[Seed] | None = None,
    latent_dims: list[Whole] | None = None,
    likelihood: Likelihood | None = None,
    network: Network | None = None,
    epochs: Epochs | None = None,
    batch_size: Whole | None = None,
    learning_rate: Positive | None = None,
    overrides: list[Name] | None = None,
    dataset: Dataset | None = None,
    size: Size | None = None,
    fit: Fit | None = None,
    colour: Colour | None = None,
    group: Name | None = None,
    value_range: Name | None = None,
    data_dir: Path | None = None,
    only: list[Name] | None = None,
    jobs: Jobs | None = None,
    out: Path = Path("runs"),
    refresh: bool = False,
    strict: bool = False,
    rich_artifact: bool = False,
    allow_code: bool = False,
) -> State:
    """Train every variant, evaluate all on the same test set, write one report.

    Parameters are flat so that a deployment's can be overridden one by one.

    Args:
        preset: A preset, or a file below the project's folder: variants, recipe, seeds and data to start from; the
            parameters below replace parts of it.
        alphas: Weights of the penalty, 0 <= alpha < 1. With sigmas they form a grid that replaces the variants.
        sigmas: Bandwidths of the Gaussian kernel in latent units, > 0, or rules such as sqrt(d).
        variants: Names of variants to compare instead, such as none, none-bn or kl-a0.2; beside a grid, if given.
        betas: Weights of KL variants to compare as well; 1 is the usual VAE.
        imqs: Alphas of variants with the seven inverse multiquadric kernels to compare as well.
        sws: Alphas of sliced Wasserstein variants to compare as well.
        seeds: Every variant is trained once per seed; three or more give confidence intervals.
        latent_dims: Latent dimensions; with several, every variant is made with each. If empty, the preset's.
        likelihood: Of a pixel, bernoulli (BCE) or gaussian (2 MSE); if empty, the preset's, or by the colour.
        network: conv, the built-in one, or code of your own, which needs allow_code; if empty, the preset's.
        epochs: Epochs of every training; if empty, the preset's.
        batch_size: Images in a step; if empty, the preset's.
        learning_rate: Of the optimizer; if empty, the preset's.
        overrides: Other settings of the file, as KEY=VALUE, such as training.cooldown=0.
        dataset: If empty, the preset's; fashion-mnist, mnist, kmnist, digits, images:DIR, npz:PATH, npy:DIR,
            h5:FILE#NAME, csv:PATH, idx:DIR, cifar10:DIR or FILE.py:FUNCTION.
        size: Height and width that all images get, such as 64x64; only for images of your own.
        fit: How an image of another size gets it: crop (default), pad or stretch.
        colour: Make all images grey or rgb.
        group: A regular expression of a file's name; images in which it finds the same stay in one split.
        value_range: LOW,HIGH: which values become black and white, for numbers that are no bytes.
        data_dir: Folder that holds the data set's files; no other is searched.
        only: Names of the preset's variants to train; the others are left out.
        jobs: Trainings at a time; if empty, as many as cores, memory and GPUs allow.
        out: Folder for reports and trained variants; relative to the project's folder.
        refresh: Train again even what is already trained.
        strict: Stop at the first variant that fails, without a report.
        rich_artifact: Also show the page in Prefect's UI, cut down to 500 KB.
        allow_code: Run the user's own code; ignored in a deployment, whose code lies in the folder $MMDVAE_CODE.
    """
    if deployment.id:  # asked for by anybody who reaches the server
        file.check_below(preset, Path.cwd())
    orphans.claim()
    newer = missed_schedules.newer_run()
    if newer:
        return Cancelled(
            name="Skipped", message=f"missed its scheduled time; newer run {newer} of the same schedule replaces it"
        )
    return run_with_prefect(
        plans.make(
            preset=preset,
            alphas=tuple(alphas or ()),
            sigmas=tuple(sigmas or ()),
            variants=tuple(variants or ()),
            betas=tuple(betas or ()),
            imqs=tuple(imqs or ()),
            sws=tuple(sws or ()),
            seeds=tuple(seeds or ()),
            latent_dims=tuple(latent_dims or ()),
            likelihood=likelihood,
            network=network,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            overrides=tuple(overrides or ()),
            dataset=dataset,
            size=size,
            fit=fit,
            colour=colour,
            group=group,
            value_range=value_range,
            data_dir=data_dir,
            only=tuple(only or ()),
            jobs=jobs,
            out=out,
            refresh=refresh,
            strict=strict,
            rich_artifact=rich_artifact,
            allow_code=allow_code and not deployment.id,
        )
    )


def run_with_prefect(plan: Plan) -> State:
    """Run the story as task runs of this flow run, publish its artifacts, return the final state."""
    runner = PrefectRunner()
    with heartbeat.beating(), prefect_ui.in_prefect(), processes.opened(plan.options.jobs):
        ending = story(plan, runner)
    shown = runner.end(runner.submit(publish_artifacts, ending.page, plan.store, plan.options.rich_artifact))
    if isinstance(shown, Exception):  # the report is written nevertheless
        tell("artifacts", {"event": "failed", "message": f"failed: {shown}"})
    return _final_state(ending)


def run_without_prefect(plan: Plan) -> Ending:
    """Run the story in threads of this process."""
    with processes.opened(plan.options.jobs) as workers, ThreadPoolExecutor(workers.size) as pool:
        try:
            return story(plan, ThreadRunner(pool))
        except BaseException:
            # Before leaving the pool, which waits for its threads: with the children gone they end at once.
            workers.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _final_state(ending: Ending) -> State:
    """Completed if all variants succeeded, PartiallyFailed (also a completed run) if some did, Failed if none did."""
    good = ending.variants - len(ending.bad)
    message = f"{good}/{ending.variants} variants, report: {ending.page}"
    if not good:
        return Failed(message=message, data=ending)
    return Completed(name="PartiallyFailed" if ending.bad else "Completed", message=message, data=ending)
