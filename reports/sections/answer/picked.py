"""What is said of variants that were chosen by what was measured of them."""

from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Report
from reports import text


def sentences(report: Report) -> list[str]:
    """Among how many settings the run's were chosen, and what that does to intervals; none if they were not."""
    chosen = report.run.chosen
    if chosen is None:
        return []
    seeds = f"seed{'s' * (len(chosen.seeds) != 1)} {text.listed([*map(str, chosen.seeds)])}"
    said = f"Chosen among {text.count(chosen.among, 'setting')} by validation images with {seeds}"
    if set(chosen.seeds) & set(report.run.seeds):
        return [f"{said}: those on the front have intervals from other seeds alone."]
    return [f"{said}; the seeds here did not choose."]


def by_these_seeds(report: Report) -> bool:
    """Whether settings were chosen by seeds of this run, and too few others are there for intervals."""
    chosen = report.run.chosen
    return chosen is not None and len(set(report.run.seeds) - set(chosen.seeds)) < MIN_SEEDS
