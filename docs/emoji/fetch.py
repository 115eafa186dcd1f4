"""Get the colour images of docs/emoji: python docs/emoji/fetch.py FOLDER

Google's Noto Emoji (Apache License 2.0) as pictures of 64 x 64 pixels, from the npm package emoji-datasource-google
16.0.0 (MIT), which the client `npm` downloads. Writes FOLDER/CATEGORY/BASE_CODE.png; BASE is the emoji without skin
tone, so that a picture and its other tones can be told to be one group.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "emoji-datasource-google@16.0.0"
LEFT_OUT = "Component"  # five squares of skin tones


def main(folder: Path) -> None:
    """Download, unpack and sort the pictures into a folder, which must not exist yet."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=place, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(place).glob("*.tgz")
        with tarfile.open(archive) as package:
            package.extractall(place, filter="data")
        pictures = _sort(Path(place) / "package", folder)
    print(f"{pictures} pictures in {folder}")


def _sort(package: Path, folder: Path) -> int:
    count = 0
    for emoji in json.loads((package / "emoji.json").read_text(encoding="utf-8")):
        if emoji["category"] == LEFT_OUT:
            continue
        kind = folder / emoji["category"].replace(" & ", " and ")
        kind.mkdir(exist_ok=True)
        for one in (emoji, *emoji.get("skin_variations", {}).values()):
            if one["has_img_google"]:
                source = package / "img/google/64" / one["image"]
                source.rename(kind / f"{emoji['unified']}_{one['unified']}.png".lower())
                count += 1
    return count


if __name__ == "__main__":
    main(Path(sys.argv[1]))
