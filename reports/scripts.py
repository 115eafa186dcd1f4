"""Scripts inside a page: allowed by their digest and nothing else, with data that cannot end their element."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What stands between <script> and </script>, and the source expression that lets a policy allow it."""

    text: Markup
    source: str


def load(name: str) -> Script:
    """One of our own scripts in templates/."""
    text = (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(text=Markup(text), source=f"sha256-{digest}")


def data(value: Any) -> Markup:
    """A value as JSON for <script type="application/json">; <, > and & are escaped, NaN is refused."""
    return htmlsafe_json_dumps(value, dumps=json.dumps, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
