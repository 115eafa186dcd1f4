"""A page's elements, for tests that look for one."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import fake_run

from reports import write


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: list[str] = field(default_factory=list)


class Parsed(HTMLParser):
    """Elements in order, each with its text and that of the elements within."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append(Element(tag, dict(attributes)))
        if tag not in ("meta", "img", "br", "link", "input"):
            self._open.append(self.elements[-1])

    def handle_startendtag(self, tag, attributes):
        self.elements.append(Element(tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        for element in self._open:
            element.text.append(data)

    def all(self, tag, **wanted):
        names = {name.replace("_", "-"): value for name, value in wanted.items()}
        return [e for e in self.elements if e.tag == tag and names.items() <= e.attributes.items()]


def words(element: Element) -> str:
    return " ".join("".join(element.text).split())


def summary_rows(page: Parsed) -> list[Element]:
    """The rows of the table of numbers that are about a variant."""
    (table,) = page.all("table", **{"class": "numbers bars"})
    following = page.elements[page.elements.index(table) + 1 :]
    end = next(i for i, e in enumerate(following) if e.tag == "table")
    return [e for e in following[:end] if e.tag == "tr" and "data-variant" in e.attributes]


def summary_row(page: Parsed, name: str) -> str:
    (found,) = [e for e in summary_rows(page) if e.attributes["data-variant"] == name]
    return words(found)


def section(page: Parsed, code: str) -> str:
    """The words of a section, be it folded or not."""
    (found,) = [e for e in page.elements if e.attributes.get("id") == code]
    return words(found)


def of(fake: fake_run.FakeRun) -> Parsed:
    """The page of a run, written and read."""
    return Parsed(write.write(fake.run_dir, fake.store).read_text())
