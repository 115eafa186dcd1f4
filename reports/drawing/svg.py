"""SVG elements: attributes instead of CSS, because some previewers drop styles; all text and values are escaped."""

from typing import Any

from markupsafe import Markup, escape

INK, MUTED, GRID = "#222222", "#595959", "#e4e4e0"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


def element(tag: str, /, *children: Any, **attributes: Any) -> Markup:
    """One SVG element; all text and attribute values are escaped, `_` in a name stands for `-`."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(short(value))}"'
        for name, value in attributes.items()
        if value not in (None, "")
    )
    inner = Markup("").join(children)
    return Markup(f"<{tag}{named}>{inner}</{tag}>" if children else f"<{tag}{named}/>")


def picture(width: float, height: float, *parts: Markup, alt: str, font_size: float = 11, **more: Any) -> Markup:
    """A drawing on white as one <svg>, its sides in pixels; `alt` states in words and numbers what it shows."""
    return element(
        "svg",
        element("rect", width=width, height=height, fill="#ffffff"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_size=font_size,
        font_family=FONT,
        role="img",
        aria_label=alt,
        **more,
    )


def caption(content: str, x: float, y: float, *, anchor: str = "", fill: str = MUTED, **more: Any) -> Markup:
    """Text of a drawing, its baseline at y."""
    return element("text", content, x=x, y=y, text_anchor=anchor, fill=fill, **more)


def short(value: Any) -> str:
    """A number as an attribute, with six significant digits; anything else as text."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
