"""The page's own script, and the policy that lets a browser run it and nothing else."""

import base64
import hashlib
import re
from functools import cache

from markupsafe import Markup

from reports.templating import TEMPLATES

STRING = r"""("[^"]*"|'[^']*'|`[^`]*`)"""


@cache
def text() -> Markup:
    """All files of the script in their order, without comments and indentation."""
    files = sorted((TEMPLATES / "script").glob("*.js"))
    lines = [bare(line) for file in files for line in file.read_text("utf-8").splitlines()]
    body = "\n".join(line for line in lines if line)
    return Markup('"use strict";(() => {{\n{}\n}})();').format(Markup(body))  # our own, and a test looks for "</"


def policy() -> str:
    """The Content-Security-Policy: pictures and styles from within the page, this script, nothing from outside."""
    digest = base64.b64encode(hashlib.sha256(text().encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def bare(line: str) -> str:
    """A line without comment, indentation and the blanks around punctuation; strings stay as they are."""
    code = re.sub(r"(^| )// .*", "", line).strip()
    return re.sub(STRING + r"| *([=<>,:?;{}()\[\]&|*]) *", lambda found: found[1] or found[2], code)
