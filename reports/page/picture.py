"""The contact sheet as one picture, for summary.md and every other place that shows no HTML."""

from markupsafe import Markup

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report, VariantResult
from reports import dot_colours, facets, looks, text
from reports.drawing import pictures
from reports.drawing.palette import Column
from reports.sections.answer import headline
from reports.sections.codes import frames
from reports.stored_arrays import StoredArrays
from reports.views import Views

MOST = 8  # columns: more would not be legible where such pictures are shown
SAMPLES, ROW, DOTS = 12, 4, 300


def contact_sheet(report: Report, store: StoredArrays) -> tuple[Markup, str] | None:
    """The picture as a data URI, and its alternative text; None if no variant has stored arrays.

    The untouched variants are one column, for each number of latent dimensions; of many others those nearest to the
    prior are shown.
    """
    seen, parts = looks.of(report.variants), facets.of(report)
    short = {name: look.title for part in parts for name, look in looks.of(part.variants).items()}  # without its d
    stored = {one.name: views for one in report.variants if (views := store.first(one)) is not None}
    alike = {one.name: count for part in parts for one, count in _nearest(part, stored, max(1, MOST // len(parts)))}
    shown = sorted((one for one in report.variants if one.name in alike), key=lambda one: seen[one.name].place)
    if not shown:
        return None
    columns, words, dots = [], [], dot_colours.of(report.variants, store)
    for one in shown:
        views, look, paid = stored[one.name], seen[one.name], headline.cost(report, one)
        others = f" (as {alike[one.name]} more)" if alike[one.name] else ""
        where = f", {facets.named([one.latent_dim])}" if len(parts) > 1 else ""
        facts = [f"{text.change(paid.mean)} error"] if paid else []
        facts += [f"W2 {text.significant(distance, 2)}"] if (distance := one.mean("sliced_w2")) is not None else []
        words.append(f"{look.title}{others}: {', '.join([look.word, *facts])}")
        columns.append(
            Column(
                title=short[one.name] + others,
                state=f"{look.sign} {look.word}{where}",
                numbers=", ".join(facts),
                colour=look.colour,
                samples=pictures.sheet(views.samples[:SAMPLES], columns=ROW),
                codes=views.cloud[views.tsne_index[:DOTS]],
                groups=dots.of(views)[views.tsne_index[:DOTS]],
                colours=dots.colours,
                limits=frames.limits(frames.reach([views.pca]), line=views.on_a_line),
                line=views.on_a_line,
            )
        )
    return pictures.contact_sheet(columns), f"Samples and codes. {'; '.join(words)}."


def _nearest(report: Report, stored: dict[str, Views], most: int) -> list[tuple[VariantResult, int]]:
    """An untouched variant and those nearest to the prior, each with the number of others that it stands for."""
    untouched = [one.name for one in vitality.untouched(report.variants)]
    every = [one for one in report.variants if one.name in stored and one.name not in untouched[1:]]
    every.sort(key=lambda one: (one.name not in untouched, one.mean("sliced_w2") or 0.0))
    return [(one, len(untouched) - 1 if one.name in untouched else 0) for one in every[:most]]
