"""FGVC-Aircraft (Maji et al. 2013): photographs of aircraft of 100 variants, with training, validation and test parts.

Source: https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/. The images' names begin with their official part. By
default they are loaded at 72 pixels, the shorter side of the Visual Decathlon's images. As in torchvision nothing is
cut off, so the line at the bottom that names the photographer stays in the image.
"""

import shutil
import tarfile
import zlib
from pathlib import Path

from course_lib.data.folder import Listing
from course_lib.data.network import download_once
from course_lib.paths import real_data_dirs, user_dir

SIZE = 72
NUM_IMAGES = {"train": 3334, "val": 3333, "test": 3333}
_FOLDER = "fgvc-aircraft-2013b"
_ARCHIVE = f"{_FOLDER}.tar.gz"
_AGAIN = f"unpack {_ARCHIVE} again"


def find_aircraft() -> Path | None:
    """The folder ``fgvc-aircraft-2013b`` in the folders of real data, or None. Imports no torch."""
    places = (root / _FOLDER for root in real_data_dirs())
    return next((place for place in places if (place / "data" / "images").is_dir()), None)


def list_aircraft() -> Listing:
    """List the images of all parts with their variants, downloaded first if they are nowhere.

    The names are ``train/Boeing 707-320/1025794``; a ``/`` in the name of a variant becomes ``-`` there.

    Raises:
        ConnectionError: they are nowhere and cannot be downloaded; says what to put where by hand.
        ValueError: a list of images is missing, incomplete or damaged, or an image is missing.
    """
    root = find_aircraft() or _download()
    variants = tuple(_read_lines(root / "data" / "variants.txt"))
    number = {variant: i for i, variant in enumerate(variants)}
    names, labels, paths = [], [], []
    for part in NUM_IMAGES:
        for image, variant in _read_part(root, part, number):
            names.append(f"{part}/{variant.replace('/', '-')}/{image}")
            labels.append(number[variant])
            paths.append(f"data/images/{image}.jpg")
    if missing := [path for path in paths if not (root / path).is_file()]:
        more = f" and {len(missing) - 1} more images" if len(missing) > 1 else ""
        raise ValueError(f"'{root}' lacks '{missing[0]}'{more}: {_AGAIN}")
    return Listing(root, tuple(names), tuple(labels), variants, given_parts=tuple(NUM_IMAGES), paths=tuple(paths))


def _read_part(root: Path, part: str, number: dict[str, int]) -> list[tuple[str, str]]:
    """Number and variant of each image of a part, sorted by variant and number."""
    file = root / "data" / f"images_variant_{part}.txt"
    rows = [tuple(line.split(" ", 1)) for line in _read_lines(file)]
    for row in rows:
        if len(row) != 2 or row[1] not in number:
            raise ValueError(f"the list '{file}' has the line '{' '.join(row)}' without a known variant: {_AGAIN}")
    if len({image for image, _ in rows}) != len(rows) or len(rows) != NUM_IMAGES[part]:
        raise ValueError(
            f"the list '{file}' names {len({image for image, _ in rows})} images, and FGVC-Aircraft has "
            f"{NUM_IMAGES[part]} of them: {_AGAIN}"
        )
    return sorted(rows, key=lambda row: (number[row[1]], row[0]))


def _read_lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise ValueError(f"the list '{file}' of FGVC-Aircraft cannot be read ({why}): {_AGAIN}") from None


def _download() -> Path:
    """Fetch and unpack the archive with torchvision."""
    from torchvision.datasets import FGVCAircraft

    folder = user_dir() / "datasets"
    by_hand = (
        f"get {_ARCHIVE} by other means and unpack it so that '{folder / _FOLDER}' exists, or set COURSE_REAL_DATA to "
        f"a folder that has {_FOLDER}"
    )

    def fetch():
        FGVCAircraft(folder, split="train", annotation_level="variant", download=True)

    try:
        return download_once("FGVC-Aircraft", folder / ".aircraft.lock", find_aircraft, fetch, _FOLDER, by_hand)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        shutil.rmtree(folder / _FOLDER, ignore_errors=True)  # torchvision would take both for complete
        (folder / _ARCHIVE).unlink(missing_ok=True)
        raise ValueError(f"the downloaded archive of FGVC-Aircraft is damaged ({error}): {by_hand}") from None
