"""Whether the kernel was alive: a penalty whose kernel is 0 or 1 for all pairs has no gradient."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions import groups
from mmdvae.measures.kernel_states import ALIVE, LIVE
from mmdvae.penalties.lookup import known
from mmdvae.record.result import Report, VariantResult
from reports import text

HOW = (
    "The training kernel over pairs of codes and prior draws: its mean, and the share of pairs where it lies between "
    f"{ALIVE[0]} and {ALIVE[1]}, that is, where moving a code changes it.",
    "A kernel that is the same for all pairs has no gradient, so its penalty changes nothing, whatever α says. One "
    "that is alive may still pull too weakly to matter: alive is not strong.",
)
NORMALISED = "There is no penalty; the scale of the codes is fixed by construction, their shape is free."
MEANING = {
    "off": "There is no penalty: nothing pulls the codes to the prior.",
    "saturated": (
        "The kernel is about 0 between any two points and its gradient vanishes: "
        "this variant is trained as if there were no penalty."
    ),
    "flat": (
        "The kernel is about 1 between any two points: it sees at most a shift of the mean, "
        "and hardly pulls at the spread."
    ),
    "live": "The kernel tells near from far, so the penalty has a gradient; whether it shaped the codes is seen in "
    "their distance from the prior.",
}
WEAK = (
    "The kernel tells some near points from far ones, but on draws of the prior it pulls weakly: that was known before "
    "training, and the claims about strong kernels leave it out."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRow:
    """One variant's kernel."""

    name: str
    settings: str
    states: list[str]
    mean: str
    live_share: str
    gap: str  # what stands where there is no number
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The section."""

    template: ClassVar[str] = "sections/more/kernel.html"
    how: tuple[str, str]  # the two paragraphs of "How to read this"
    rows: list[KernelRow]


def build(report: Report) -> Health:
    """One row per variant, in run order."""
    return Health(how=HOW, rows=[_row(variant, report.run.latent_dim) for variant in report.variants])


def _row(variant: VariantResult, dim: int) -> KernelRow:
    return KernelRow(
        name=variant.name,
        settings=variant.settings,
        states=variant.kernel_states,
        mean=text.significant(variant.mean("kernel_mean")),
        live_share=text.percent(variant.mean("kernel_live_share")),
        gap="no kernel" if variant.kernel is None else "not measured",
        meaning=_meaning(variant, dim),
    )


def _meaning(variant: VariantResult, dim: int) -> str:
    states = variant.kernel_states
    if variant.has_penalty and variant.kernel is None:
        penalty = known(variant.regularizer)
        return f"No kernel: {penalty.action if penalty else 'its penalty acts on the codes directly'}."
    if not states:
        return "Not measured, for the variant did not finish." if variant.status != "ok" else "Not measured."
    if len(states) > 1:
        return f"The seeds disagree ({text.listed(states)}), so this sigma lies at the border."
    if variant.normalised and not variant.has_penalty:
        return NORMALISED
    if states == [LIVE] and groups.before(variant, dim) == "weak":
        return WEAK
    return MEANING.get(states[0], f"Unknown state {states[0]!r}.")
