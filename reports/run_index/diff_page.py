"""The difference between runs as a page: diff.html beside the list of runs, which links to it."""

from pathlib import Path

from mmdvae.files import write_text
from reports.page import inline_script
from reports.page.templating import environment
from reports.run_index import index
from reports.run_index.diff import WORDS, Diff


def write(diff: Diff, out: Path, *, everything: bool) -> Path:
    """Replace `out`/diff.html, then rewrite the list of runs; return the path of diff.html."""
    path = out / index.DIFF
    template = environment().get_template("run_index/diff.html")
    html = template.render(diff=diff, everything=everything, words=WORDS, policy=inline_script.policy())
    with index.alone(out / "store"):
        write_text(path, html)
        index.write(out)
    return path
