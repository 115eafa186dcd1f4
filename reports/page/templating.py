"""The Jinja2 environment that all templates are rendered in."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent.parent  # each template lies beside the code that renders it


def environment() -> Environment:
    """Autoescaping; an undefined name raises."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
