"""report.json as records; what breaks its schema is named."""

from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.files import finite, read_json
from mmdvae.record.result import (
    Advice,
    Baseline,
    Check,
    Difference,
    FrontMember,
    LiveRange,
    Run,
    SeedRun,
    Statistic,
    VariantResult,
    Verdict,
)

SCHEMA = 1
STATUSES = ("ok", "failed", "diverged")


def load(run_dir: Path) -> Run:
    """Read `run_dir`/report.json; InputError says what is wrong with it."""
    path = run_dir / "report.json"
    try:
        return parse(read_json(path))
    except FileNotFoundError:
        raise InputError(f"no report.json in {run_dir}; is it the folder of a run?") from None
    except (OSError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else error
        raise InputError(f"{path} cannot be read as a report of schema {SCHEMA}: {what}") from error


def parse(report: dict[str, Any]) -> Run:
    """Records from the parsed JSON; raises ValueError, KeyError or TypeError where it breaks the schema."""
    if report["schema"] != SCHEMA:
        raise InputError(f"schema must be {SCHEMA}, got {report['schema']!r}")
    run = report["run"]
    variants = [_variant(entry) for entry in report["variants"]]
    names = [variant.name for variant in variants]
    if len(set(names)) < len(names):
        raise InputError(f"variant names must differ, got {names}")
    command = run.get("command") or ""
    return Run(
        id=str(run["id"]),
        preset=str(run.get("preset") or "none"),
        recipe=str(run.get("recipe") or "unknown"),
        created=str(run.get("created") or "unknown"),
        command=" ".join(map(str, command)) if isinstance(command, list) else str(command),
        seeds=[int(seed) for seed in run.get("seeds") or []],
        latent_dim=run.get("latent_dim"),
        dataset=_object(run, "dataset"),
        code=_object(run, "code"),
        versions=_object(run, "versions"),
        hardware=run.get("hardware") or {},
        variants=variants,
        recipe_settings=_object(run, "recipe_settings"),
        classifier=_object(run, "classifier"),
        baselines=[
            Baseline(name=str(entry["name"]), metrics=_numbers(entry.get("metrics")))
            for entry in report.get("baselines") or []
        ],
        verdicts=[_verdict(entry) for entry in report.get("verdicts") or []],
        checks=[_check(entry) for entry in report.get("checks") or []],
        advice=_advice(report["advice"]) if report.get("advice") else None,
    )


def _object(run: dict[str, Any], name: str) -> dict[str, Any]:
    """A part of the run that is an object; empty where it was not recorded."""
    value = run.get(name) or {}
    if not isinstance(value, dict):
        raise InputError(f"run.{name} must be an object, got {value!r:.80}")
    return value


def _variant(entry: dict[str, Any]) -> VariantResult:
    if entry["status"] not in STATUSES:
        raise InputError(f"status must be one of: {', '.join(STATUSES)}, got {entry['status']!r}")
    differences = entry.get("differences") or {}
    return VariantResult(
        name=str(entry["name"]),
        regularizer=str(entry["regularizer"]),
        kernel=entry.get("kernel"),
        alpha=finite(entry.get("alpha")),
        sigma=finite(entry.get("sigma")),
        status=entry["status"],
        error=None if entry.get("error") is None else str(entry["error"]),
        runs=[_seed_run(run) for run in entry.get("runs") or []],
        summary={name: _statistic(value) for name, value in (entry.get("summary") or {}).items() if _whole(value)},
        reference=str(differences.get("reference") or ""),
        differences={
            str(name): _difference(value) for name, value in (differences.get("metrics") or {}).items() if _whole(value)
        },
    )


def _seed_run(entry: dict[str, Any]) -> SeedRun:
    metrics = entry.get("metrics") or {}
    state = metrics.get("kernel_state")
    return SeedRun(
        seed=int(entry["seed"]),
        epochs=int(entry.get("epochs") or 0),
        train_seconds=finite(entry.get("train_seconds")),
        device=str(entry.get("device") or ""),
        history={
            str(name): [finite(value) for value in values] for name, values in (entry.get("history") or {}).items()
        },
        metrics=_numbers(metrics),
        kernel_state=str(state) if state is not None else None,
    )


def _numbers(metrics: dict[str, Any] | None) -> dict[str, float]:
    return {str(name): number for name, value in (metrics or {}).items() if (number := finite(value)) is not None}


def _whole(value: Any) -> bool:
    return isinstance(value, dict) and finite(value.get("mean")) is not None


def _statistic(value: dict[str, Any]) -> Statistic:
    mean = float(value["mean"])
    low, high = finite(value.get("min")), finite(value.get("max"))
    return Statistic(
        mean=mean,
        sd=finite(value.get("sd")),
        min=mean if low is None else low,
        max=mean if high is None else high,
        n=int(value.get("n") or 1),
    )


def _difference(value: dict[str, Any]) -> Difference:
    return Difference(
        mean=float(value["mean"]),
        interval=_interval([value.get("low"), value.get("high")]),
        n=int(value.get("n") or 1),
    )


def _interval(ends: Any) -> tuple[float, float] | None:
    """Two finite numbers, or None for anything else."""
    numbers = [finite(end) for end in ends] if isinstance(ends, list) and len(ends) == 2 else []
    low, high = numbers or (None, None)
    return None if low is None or high is None else (low, high)


def _verdict(entry: dict[str, Any]) -> Verdict:
    return Verdict(
        code=str(entry["code"]),
        claim=str(entry["claim"]),
        state=str(entry["state"]),
        quantity=str(entry.get("quantity") or ""),
        scale=str(entry.get("scale") or "difference"),
        effect=finite(entry.get("effect")),
        interval=_interval(entry.get("interval")),
        n_seeds=entry.get("n_seeds"),
        rule=str(entry.get("rule") or ""),
        explanation=str(entry.get("explanation") or ""),
        notebook=str(entry.get("notebook") or ""),
    )


def _check(entry: dict[str, Any]) -> Check:
    return Check(
        code=str(entry["code"]),
        title=str(entry["title"]),
        state=str(entry["state"]),
        explanation=str(entry.get("explanation") or ""),
        variants=[str(name) for name in entry.get("variants") or []],
    )


def _advice(entry: dict[str, Any]) -> Advice:
    sigma, pareto = entry.get("sigma") or {}, entry.get("pareto") or {}
    prior = _interval(sigma.get("prior"))
    return Advice(
        latent_dim=entry.get("latent_dim"),
        prior=_live("prior N(0, I)", *(prior or (None, None))),
        codes=[_live(str(row["name"]), row.get("low"), row.get("high")) for row in sigma.get("codes") or []],
        heuristics=[
            (str(row["name"]), value)
            for row in entry.get("heuristics") or []
            if (value := finite(row.get("sigma"))) is not None
        ],
        x=str(pareto.get("x") or ""),
        y=str(pareto.get("y") or ""),
        front=[
            FrontMember(name=str(row["name"]), seeds=int(row["seeds"]), of=int(row["of"]))
            for row in pareto.get("front") or []
        ],
    )


def _live(name: str, low: Any, high: Any) -> LiveRange:
    return LiveRange(name=name, low=finite(low), high=finite(high))
