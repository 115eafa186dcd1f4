"""Scripts inside a page: our own, the only one that the page's policy allows, and the JSON data it reads."""

import base64
import hashlib
import json
from functools import cache
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from reports.page.templating import TEMPLATES


@cache
def text() -> Markup:
    """Our own script: the files in script/, joined in the order of their numbers, otherwise unchanged."""
    files = sorted(TEMPLATES.glob("page/script/*.js"))
    body = "".join(file.read_text("utf-8") for file in files)
    return Markup('"use strict";(() => {{\n{}}})();').format(Markup(body))  # safe: our own; a test rejects "</" in it


def policy(own: Markup | None = None) -> str:
    """The Content-Security-Policy: allows inline styles, pictures as data URIs, the script `own`, and nothing else."""
    script = ""
    if own is not None:
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        script = f"script-src 'sha256-{digest}'; "
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; {script}base-uri 'none'; form-action 'none'"


def data(value: Any) -> Markup:
    """A value as JSON for <script type="application/json">; <, > and & are escaped, NaN is refused."""
    return htmlsafe_json_dumps(value, dumps=json.dumps, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
