"""Which run this is, whether it is complete, and its two best variants."""

from dataclasses import dataclass

from reports import text
from reports.records import Run, VariantResult
from reports.summary import best


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something the reader must know before reading on."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The top of the page."""

    title: str
    finished: str
    complete: bool
    lead: list[str]  # one sentence each
    facts: list[tuple[str, str]]
    troubles: list[Trouble]


NAMED = 6  # as many variants can be taken in at a glance


def build(run: Run, *, problems: list[str], failures: list[str]) -> Header:
    """The header; it is built last, when it is known what could not be shown."""
    done, all_of_them = len(run.finished), len(run.variants)
    data = run.dataset
    sizes = [f"{data[split]:,} {split}" for split in ("train", "valid", "test") if isinstance(data.get(split), int)]
    commit = str(run.code.get("commit") or "unknown")[:12]
    return Header(
        title=title(run),
        finished=f"{done} of {text.count(all_of_them, 'variant')} finished",
        complete=done == all_of_them and not problems and not failures,
        lead=_lead(run),
        facts=[
            ("Run", run.id),
            ("Date", text.moment(run.created)),
            ("Recipe", run.recipe),
            ("Images", ", ".join(sizes) or "not recorded"),
            ("Seeds", ", ".join(map(str, run.seeds)) or "not recorded"),
            ("Code", f"{commit}{' + uncommitted changes' if run.code.get('dirty') else ''}"),
            ("Data SHA-256", str(data.get("sha256") or "not recorded")[:12]),
        ],
        troubles=[
            *(
                Trouble(what=f"{variant.name} {variant.status}", why=variant.error or "no reason was recorded")
                for variant in run.unfinished
            ),
            *(Trouble(what="Stored arrays missing", why=problem) for problem in problems),
            *(Trouble(what="Section missing", why=failure) for failure in failures),
        ],
    )


def title(run: Run) -> str:
    """What was compared on which images."""
    words = f"{run.preset} comparison on {run.dataset.get('name', 'unknown data')}"
    return words[0].upper() + words[1:]


def _lead(run: Run) -> list[str]:
    """What the penalty did, then the two best variants, each with the state of its kernel: a dead one wins nothing."""
    sentences = []
    for words, states in (("Kernels that acted", {"live"}), ("Kernels without effect", {"saturated", "flat"})):
        variants = [variant for variant in run.finished if states & set(variant.kernel_states)]
        if variants:
            sentences.append(f"{words}: {_named(variants) if len(variants) <= NAMED else _counted(variants)}.")
    for metric, words, before, after in (
        ("bce", "Lowest test BCE", "", " nats per pixel"),
        ("mmd2", "Closest to the prior", "MMD² ", ""),
    ):
        winner = best(run.finished, metric)
        if winner is not None:
            kernel = f", kernel {', '.join(winner.kernel_states)}" if winner.kernel_states else ""
            value = text.fixed(winner.mean(metric), 4)
            sentences.append(f"{words}: {winner.name} ({before}{value}{after}{kernel}).")
    return sentences


def _named(variants: list[VariantResult]) -> str:
    return "; ".join(
        f"{variant.name} ({', '.join(variant.kernel_states)}, total variance "
        f"{text.significant(variant.mean('total_variance'))})"
        for variant in variants
    )


def _counted(variants: list[VariantResult]) -> str:
    spread = sorted(value for variant in variants if (value := variant.mean("total_variance")) is not None)
    reach = f", total variance {text.significant(spread[0])} to {text.significant(spread[-1])}" if spread else ""
    return f"{text.count(len(variants), 'variant')}{reach}"
