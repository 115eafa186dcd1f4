"""Scripts inside a page: our own, which its policy lets a browser run and nothing else, and the data they read."""

import base64
import hashlib
import json
import re
from functools import cache
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from reports.templating import TEMPLATES

STRING = r"""("[^"]*"|'[^']*'|`[^`]*`)"""


@cache
def text(files: str = "script/*.js") -> Markup:
    """Our own files of that pattern in templates/, in their order, without comments and indentation."""
    lines = [bare(line) for file in sorted(TEMPLATES.glob(files)) for line in file.read_text("utf-8").splitlines()]
    body = "\n".join(line for line in lines if line)
    return Markup('"use strict";(() => {{\n{}\n}})();').format(Markup(body))  # our own, and a test looks for "</"


def policy(own: Markup) -> str:
    """The Content-Security-Policy: pictures and styles from within the page, this script, nothing from outside."""
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def data(value: Any) -> Markup:
    """A value as JSON for <script type="application/json">; <, > and & are escaped, NaN is refused."""
    return htmlsafe_json_dumps(value, dumps=json.dumps, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def bare(line: str) -> str:
    """A line without comment, indentation and the blanks around punctuation; strings stay as they are."""
    code = re.sub(r"(^| )// .*", "", line).strip()
    return re.sub(STRING + r"| *([=<>,:?;{}()\[\]&|*]) *", lambda found: found[1] or found[2], code)
