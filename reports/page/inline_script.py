"""Scripts inside a page: our own, which its policy lets a browser run and nothing else, and the data they read."""

import base64
import hashlib
import json
import re
from functools import cache
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from reports.page.templating import TEMPLATES

SHORTER = {"const": "let", "true": "!0", "false": "!1"}  # the same to a browser
STRING = r"""("[^"]*"|'[^']*'|`[^`]*`)"""


@cache
def text(files: str = "page/script/*.js") -> Markup:
    """Our own files of that pattern in templates/, in their order, without what only a reader needs."""
    lines = [bare(line) for file in sorted(TEMPLATES.glob(files)) for line in file.read_text("utf-8").splitlines()]
    body = re.sub(r"(?<=[;{,(\[=>?:&|])\n|\n(?=[})\]])", "", "\n".join(line for line in lines if line))
    body = body.replace(";}", "}")  # no loop of ours has an empty body
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
    """A line without comment, indentation and the blanks around punctuation, in shorter words; strings stay."""
    code = re.sub(r"(^| )// .*", "", line).strip()
    for what in (r" *([=<>,:?;{}()\[\]&|*]) *", r"(?<=[\w)\]]) ?([-+/]) (?=[\w(])", r"\b(const|true|false)\b"):
        code = re.sub(f"{STRING}|{what}", lambda found: found[1] or SHORTER.get(found[2], found[2]), code)
    return code  # a + +b keeps its blanks
