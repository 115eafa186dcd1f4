"""Images that the decoders make: samples and reconstructions."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.record.result import Report
from reports.sections.images import strips
from reports.sections.images.strips import Reconstructions, Samples
from reports.stored_arrays import StoredArrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """The section."""

    template: ClassVar[str] = "sections/images/section.html"
    title: str
    samples: Samples
    reconstructions: Reconstructions


def build(report: Report, store: StoredArrays) -> Images:
    """Samples and reconstructions of all variants."""
    return Images(
        title="Images", samples=strips.samples(report, store), reconstructions=strips.reconstructions(report, store)
    )
