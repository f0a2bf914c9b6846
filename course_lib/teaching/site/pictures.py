"""Figures of a lesson's page as files, so that pages stay small and a browser loads what it shows."""

import base64
import hashlib
import html
from pathlib import Path

from course_lib.errors import need
from course_lib.teaching.lessons import Lesson

_DATA = "data:image/"
_WIDE = 640  # pixels; a wider figure has small print, so on a phone it scrolls instead of shrinking


class PictureFolder:
    """The files of a lesson's figures, in one folder; equal pictures are one file."""

    def __init__(self, lesson: Lesson, folder: Path):
        self.lesson, self.folder = lesson, folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, data: str, kind: str = "webp") -> str:
        """Write a picture given in base64; returns its address on the lesson's page, "" for an empty picture."""
        if not data:
            return ""
        content = base64.b64decode(data)
        file = self.folder / f"{self.lesson.name}-{hashlib.sha256(content).hexdigest()[:8]}.{kind}"
        file.write_bytes(content)
        return f"../figures/{file.name}"

    def image(self, address: str, alt: str) -> str:
        """An ``<img>`` for a picture that was added, with its dimensions; "" for no address."""
        from PIL import Image

        if not address:
            return ""
        width, height = Image.open(self.folder / Path(address).name).size
        about = f'alt="{html.escape(alt, quote=True)}" width="{width}" height="{height}" loading="lazy"'
        return f'<img src="{address}" {about}>'

    def as_files(self, markup: str) -> str:
        """The markup with each embedded image in a file, linked to its full size."""
        soup = need("bs4", "site").BeautifulSoup(markup, "html.parser")
        for image in soup.find_all("img", src=lambda source: source and source.startswith(_DATA)):
            header, data = image["src"].split(",", 1)
            address = self.add(data, header.removeprefix(_DATA).split(";")[0])
            shown = need("bs4", "site").BeautifulSoup(self.image(address, image.get("alt", "")), "html.parser").img
            look = "figure wide" if int(shown["width"]) > _WIDE else "figure"
            image.replace_with(shown)
            shown.wrap(soup.new_tag("a", href=address, attrs={"class": look, "title": "Show at full size"}))
        return str(soup)
