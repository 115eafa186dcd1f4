"""The boxes of a run with several numbers of latent dimensions: one for each, what compares them, how sure that is."""

from mmdvae.conclusions import groups
from mmdvae.conclusions.rules import ERROR, MIN_SEEDS
from mmdvae.record.result import Choice, Report, VariantResult
from reports import facets, text
from reports.sections.answer import boxes, headline
from reports.sections.answer.boxes import Box

SPREAD = "total_variance"
SENTENCES = (2, 1)  # of what a setting buys and costs: the rest is in the tables


def of(report: Report) -> list[Box]:
    """A box for each number of latent dimensions, rising, then those on all of them."""
    together = Choice(names=[], alive=[], metric=ERROR, yardstick=None)
    return [*map(_one, facets.of(report)), *_across(report), boxes.sure(report, together)]


def _one(report: Report) -> Box:
    """The setting to use, and in short what it buys and costs against no penalty of the same d."""
    found = headline.choice(report)
    told = zip(("Buys", "Costs"), SENTENCES, boxes.bought(report, found), strict=False)
    return Box(
        title=facets.named([report.advice.latent_dim]),
        main=f"{headline.sentence(report)}.",
        rest=[
            *(" ".join([f"{verb}: {box.main}", *box.rest[:most]]) for verb, most, box in told),
            *boxes.as_cheap(report, found),
        ],
    )


def _across(report: Report) -> list[Box]:
    """Errors and spreads, which mean the same at every d; which error is lowest only as far as the seeds show it."""
    shown = [one for one in map(_shown, facets.of(report)) if one]
    if len(shown) < 2:
        return []
    at = facets.named(facets.dims(shown), "and")
    errors = text.listed([text.fixed(1000 * (one.mean(ERROR) or 0), 1) for one in shown])
    spreads = [one.mean(SPREAD) for one in shown]
    widths = text.listed(
        [
            text.MISSING if v is None else text.significant(v / one.latent_dim)
            for v, one in zip(spreads, shown, strict=True)
        ]
    )
    whose = "of these settings" if all(one.has_penalty for one in shown) else "without a penalty where none was chosen"
    return [
        Box(
            title="Across d",
            main=f"Error {errors}",
            rest=[f"(MSE × 1,000, {whose}) at {at}, total variance / d {widths} (the prior’s is 1): {_lowest(shown)}."],
        )
    ]


def _shown(report: Report) -> VariantResult | None:
    """What stands for one d: the chosen setting, or no penalty; None without an error."""
    one = headline.chosen(report) or groups.plain(report.finished)
    return one if one and one.mean(ERROR) is not None else None


def _lowest(shown: list[VariantResult]) -> str:
    """Which error is lowest, if its seeds lie below those of all others."""
    best, *others = sorted((one.summary[ERROR] for one in shown), key=lambda found: found.mean)
    if any(found.n < MIN_SEEDS for found in (best, *others)):
        return f"with fewer than {MIN_SEEDS} seeds no order of the errors is sure"
    if any(found.min <= best.max for found in others):
        return "which error is lowest is open, for the seeds overlap"
    d = next(one.latent_dim for one in shown if one.summary[ERROR] is best)
    return f"the error is lowest at {facets.named([d])} with every seed"
