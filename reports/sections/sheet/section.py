"""The contact sheet: a column per variant, what it did to the codes above what it makes of images."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.record.result import Report
from reports.stored_arrays import StoredArrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The section."""

    template: ClassVar[str] = "sections/sheet/section.html"
    title: str


def build(report: Report, store: StoredArrays) -> Sheet:
    """All variants side by side."""
    return Sheet(title="Side by side")
