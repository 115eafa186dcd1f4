"""One picture file: what its header tells, and its pixels as a picture of mode L or RGB."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from mmdvae.data.kinds.picture_tree import FORMATS
from mmdvae.data.pixels import as_bytes
from mmdvae.data.rows import UNREADABLE
from mmdvae.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

GREY = ("1", "L", "LA", "La")
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # grey, of more than 8 bits
COLOUR = ("RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "YCbCr")
ORIENTATION = 0x0112  # the tag in EXIF data
_TURNED = (5, 6, 7, 8)  # orientations in which height and width change places
BACKGROUND = "white"  # of transparent pixels, as a page has it


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a picture before its pixels are decoded."""

    size: tuple[int, int]  # height and width, as it is to be seen
    colour: bool
    ranged: bool  # whether a range decides what its values become
    changes: tuple[str, ...]  # what is done to it


def header(where: str, file: IO[bytes], limits: tuple[float, float] | None) -> Header:
    """Read a picture's header. Raises: InputError if it is no picture, or one that cannot be used as it is."""
    with _opened(where, file) as image:
        return header_of(where, image, limits)


def header_of(where: str, image: "Image", limits: tuple[float, float] | None) -> Header:
    """The header of a picture that Pillow has opened. Raises: InputError for one that cannot be used as it is."""
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # a photograph with its preview
        raise InputError(f"{where}: must be one picture, has {frames} frames")
    colour, turned = image.mode in COLOUR and not _is_grey(image), _orientation(image)
    changes = {
        f"transparency put on {BACKGROUND}": image.has_transparency_data,
        "palettes converted": image.mode in ("P", "PA"),
        "turned as their EXIF data say": turned != 1,
        "more than 8 bits a channel scaled to 8": image.mode in DEEP or _has_16_bits(image),
        "taken as the first of several in a file": image.format == "MPO",
    }
    if image.mode not in GREY + DEEP + COLOUR:
        raise InputError(f"{where}: must be grey, RGB or a palette, is mode {image.mode}; convert it")
    if image.mode in DEEP and not limits:
        raise InputError(
            f"{where}: must have 8 bits a pixel, is mode {image.mode}; --range LOW,HIGH says which values become "
            "0 and 255"
        )
    lying = turned in _TURNED and image.format != "TIFF"  # whose size Pillow gives as it is to be seen
    width, height = reversed(image.size) if lying else image.size
    return Header(
        (height, width), colour, image.mode in DEEP, tuple(change for change, made in changes.items() if made)
    )


def picture(where: str, file: IO[bytes], limits: tuple[float, float] | None, tally: Counter[str]) -> "Image":
    """Decode a picture: mode L or RGB, turned as it is to be seen, without transparency. Raises: InputError."""
    with _opened(where, file) as image:
        return picture_of(where, image, limits, tally)


def picture_of(where: str, image: "Image", limits: tuple[float, float] | None, tally: Counter[str]) -> "Image":
    """The same, of a picture that Pillow has opened."""
    from PIL import Image, ImageOps

    known = _orientation(image)
    image.load()  # this turns a TIFF
    if _told_orientation(image) != 1:
        if known == 1:
            raise InputError(f"{where}: must have its EXIF data before its pixels; save it again")
        ImageOps.exif_transpose(image, in_place=True)
    if image.mode in DEEP:
        import numpy as np

        return Image.fromarray(as_bytes(where, np.asarray(image), limits or (0, 65_535), tally))
    if image.has_transparency_data:
        page = Image.new("RGBA", image.size, BACKGROUND)
        page.alpha_composite(image.convert("RGBA"))
        return page.convert("RGB")
    return image.convert("L" if image.mode in GREY else "RGB")


@contextmanager
def _opened(where: str, file: IO[bytes]) -> Iterator["Image"]:
    """The picture in a file; what Pillow finds wrong with it, then or later, becomes an InputError."""
    from PIL import Image  # slow to import, because of its decoders

    with readable(where), Image.open(file, formats=sorted(set(FORMATS.values()))) as image:
        yield image


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Whatever Pillow finds wrong with a picture in this block becomes an InputError."""
    from PIL import Image

    try:
        yield
    except InputError:
        raise
    except Image.UnidentifiedImageError:
        raise InputError(f"{where}: must be a readable picture, but begins like none") from None
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise InputError(f"{where}: must be a readable picture, but {error}") from None


def _stored(image: "Image") -> list[Any]:
    """How the pixels are stored: for PNG and TIFF something like RGB;16B, for PPM the largest value, too."""
    arguments = [tile.args for tile in getattr(image, "tile", ())][:1]
    return [part for each in arguments for part in (each if isinstance(each, tuple) else (each,))]


def _has_16_bits(image: "Image") -> bool:
    """Whether Pillow leaves out the lower bytes."""
    stored = _stored(image)
    return ";16" in str(stored[:1]) or (image.format == "PPM" and max(stored[1:], default=0) > 255)


def _orientation(image: "Image") -> int:
    """By the EXIF data in front of the pixels; Pillow would decode a PNG to look behind them."""
    if image.format in ("PNG", "WEBP") and "exif" not in image.info:
        return 1
    return _told_orientation(image)


def _told_orientation(image: "Image") -> int:
    found = image.getexif().get(ORIENTATION, 1)
    return found if found in range(1, 9) else 1  # others mean nothing, and Pillow does nothing


def _is_grey(image: "Image") -> bool:
    """Whether a picture that Pillow reads as one in colour has greys alone: a palette of them, or 16 bits and alpha."""
    if str(_stored(image)[:1]).startswith("['LA;"):
        return True
    colours = (image.getpalette() if image.mode == "P" else None) or [0, 1, 2]
    return colours[::3] == colours[1::3] == colours[2::3]
