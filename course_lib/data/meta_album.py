"""Meta-Album (Ullah et al., NeurIPS 2022 Datasets and Benchmarks): thirty real sets, Micro: 20 classes of 40 images.

A set is found as ``meta_album/<code>/<class>/*`` in the folders of real data, or downloaded from OpenML. The ids are
published as a list a round, whose order need not be that of the codes: OpenML's own name of a set decides. Each set has
a licence of its own, which is kept beside its images in ``info.json``: read it before you hand images on.

This module follows the documentation of OpenML and of its Python client. It was tried with a server of the tests' own,
not with the real one. Source: https://meta-album.github.io.
"""

import csv
import io
import json
import os
import re
import shutil
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from course_lib.data.folder import Listing, list_class_folders
from course_lib.paths import real_data_dirs, user_dir

# Round → codes, and the OpenML ids of that round in the order of the published download list.
ROUNDS = (
    (
        "BCT BRD CRS FLW MD_MIX PLK PLT_VIL RESISC SPT TEX",
        (44241, 44238, 44239, 44242, 44237, 44246, 44245, 44244, 44240, 44243),
    ),
    (
        "ACT_40 APL DOG INS_2 MD_5_BIS MED_LF PLT_NET PNU RSICB TEX_DTD",
        (44313, 44248, 44249, 44314, 44312, 44315, 44251, 44250, 44247, 44252),
    ),
    (
        "ACT_410 AWA BTS FNG INS MD_6 PLT_DOC PRT RSD TEX_ALOT",
        (44275, 44276, 44272, 44273, 44278, 44277, 44279, 44274, 44271, 44280),
    ),
)
IDS = {
    code: (own, *(other for other in ids if other != own))  # the id at the code's own place first
    for codes, ids in ROUNDS
    for code, own in zip(codes.split(), ids, strict=True)
}
CODES = tuple(IDS)
NUM_CLASSES, PER_CLASS, NATIVE_SIZE = 20, 40, 128
URL = "https://www.openml.org/api/v1/json/data"
ABOUT = "info.json"
_COLUMNS = {"image_column_name": "FILE_NAME", "category_column_name": "CATEGORY"}


def find_set(code: str) -> Path | None:
    """The folder of a set in the folders of real data, or None. Imports no torch."""
    for root in real_data_dirs():
        if (root / "meta_album" / code).is_dir():
            return root / "meta_album" / code
    return None


def list_set(code: str, *, progress: bool = True) -> Listing:
    """The images of a set, downloaded first if they are nowhere.

    Raises:
        ConnectionError: they are nowhere and cannot be downloaded; says what to put where by hand.
        ValueError: they are not 20 classes of 40 images, the code is unknown, or OpenML has other sets under the ids.
    """
    if code not in CODES:
        raise ValueError(f"Meta-Album has no set '{code}': choose one of {', '.join(CODES)}")
    if find_set(code) is None:
        download(code, progress=progress)
    folder = find_set(code)
    listing = list_class_folders(folder)
    counts = [listing.labels.count(label) for label in range(len(listing.class_names))]
    if counts != [PER_CLASS] * NUM_CLASSES:
        raise ValueError(
            f"'{folder}' is not a Micro set of Meta-Album ({len(counts)} classes of {min(counts)} to {max(counts)} "
            f"images instead of {NUM_CLASSES} of {PER_CLASS}): get a fresh copy, or load it as folder:{folder}"
        )
    return listing


def download(code: str, *, progress: bool = True) -> None:
    """Fetch a set from OpenML, check its name, and put its images into class folders of the user's data folder.

    Raises:
        ConnectionError, ValueError: as `list_set`; or the archive is damaged or lacks images that its table names.
    """
    from filelock import FileLock

    target = user_dir() / "datasets" / "meta_album"
    target.mkdir(parents=True, exist_ok=True)
    with FileLock(target / f".{code}.lock"):
        if (target / code).is_dir():
            return  # another process was faster
        scratch = target / f".{code}-{os.getpid()}"
        try:
            archive = _fetch_archive(code, scratch, progress)
            try:
                _unpack(archive, scratch / "set")
                (scratch / "set").replace(target / code)
            except OSError as error:
                why = error.strerror or error
                raise OSError(f"'{archive.name}' cannot be unpacked into '{target}' ({why}): make room there") from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def set_name(code: str) -> str:
    """OpenML's name of a set."""
    return f"Meta_Album_{code}_Micro"


def _fetch_archive(code: str, folder: Path, progress: bool) -> Path:
    """Fetch the zip of a set: its description names a table, beside which the zip of its images lies."""
    try:
        place = urlsplit(_find_description(code, lambda url, name: _fetch(url, folder / name))["parquet_url"])
        _, bucket, *prefix, _ = place.path.split("/")
        root = f"{place.scheme}://{place.netloc}/{bucket}"
        folders = quote("".join(f"{part}/" for part in prefix))
        listing = _fetch(f"{root}?list-type=2&prefix={folders}", folder / "listing.xml")
        keys = [element.text for element in ElementTree.parse(listing).iter() if element.tag.endswith("Key")]
        zips = [key for key in keys if key and key.endswith(".zip")]
        if len(zips) != 1:
            raise ValueError(f"OpenML has {len(zips)} archives of {set_name(code)} instead of one: {_by_hand(code)}")
        return _fetch(f"{root}/{quote(zips[0])}", folder / "images.zip", progress)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConnectionError(f"{set_name(code)} could not be downloaded ({why}): {_by_hand(code)}") from error
    except (KeyError, json.JSONDecodeError, ElementTree.ParseError) as error:
        raise ValueError(f"OpenML's answer about {set_name(code)} is not understood: {_by_hand(code)}") from error


def _find_description(code: str, fetch: Callable[[str, str], Path]) -> dict:
    """Find the description with the name of the set, first under the id at its place, then under the round's others."""
    found = {}
    for data_id in IDS[code]:
        content = fetch(f"{URL}/{data_id}", f"{data_id}.json").read_text(encoding="utf-8")
        description = json.loads(content)["data_set_description"]
        if description["name"].lower() == set_name(code).lower():
            return description
        found[data_id] = description["name"]
    others = ", ".join(f"{data_id} is {name}" for data_id, name in found.items())
    raise ValueError(f"none of the published ids is {set_name(code)} ({others}): {_by_hand(code)}")


def _fetch(url: str, file: Path, progress: bool = False) -> Path:
    import pooch

    downloader = pooch.HTTPDownloader(progressbar=progress, timeout=60)
    return Path(pooch.retrieve(url, None, fname=file.name, path=file.parent, downloader=downloader))


def _by_hand(code: str) -> str:
    return (
        f"get it from https://meta-album.github.io by other means, put the images of each class into a folder of its "
        f"own in '{user_dir() / 'datasets' / 'meta_album' / code}', or set COURSE_REAL_DATA to a folder that has "
        f"meta_album/{code}"
    )


def _unpack(archive: Path, into: Path) -> None:
    """Write the images that the archive's table names into class folders, and the table of facts beside them.

    Nothing is written where the archive says, only below `into` under plain names.
    """
    try:
        with zipfile.ZipFile(archive) as members:
            by_name = {PurePosixPath(name).name: name for name in members.namelist() if not name.endswith("/")}
            if "labels.csv" not in by_name:
                raise ValueError(f"the downloaded archive '{archive.name}' has no labels.csv: try again")
            info = members.read(by_name[ABOUT]) if ABOUT in by_name else b"{}"
            table = members.read(by_name["labels.csv"]).decode("utf-8-sig")
            for image, category in _rows(table, json.loads(info)):
                if image not in by_name:
                    raise ValueError(f"the archive '{archive.name}' lacks the image '{image}' of its table: try again")
                file = into / _plain(category) / _plain(image)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(members.read(by_name[image]))
            (into / ABOUT).write_bytes(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise ValueError(f"the downloaded '{archive.name}' is damaged ({error}): try again") from None


def _rows(table: str, info: dict) -> list[tuple[str, str]]:
    """Read image and category of each row; the names of the columns are told by the facts."""
    rows = list(csv.DictReader(io.StringIO(table), skipinitialspace=True))
    columns = [info.get(name, usual) for name, usual in _COLUMNS.items()]
    if not rows or any(rows[0].get(column) is None for column in columns):
        raise ValueError(f"labels.csv has no rows with the columns {' and '.join(columns)}: get a fresh copy")
    return [tuple(row[column].strip() for column in columns) for row in rows]


def _plain(name: str) -> str:
    """Make a name that is a file name everywhere: other characters than letters, digits, ``.``, ``-`` become ``_``."""
    return re.sub(r"[^\w.-]", "_", name).lstrip(".") or "_"
