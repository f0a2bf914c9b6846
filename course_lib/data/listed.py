"""Sources that consist of image files: where the files are, and their listing."""

from pathlib import Path

from course_lib.data import aircraft, cifar, concept_table, folder, meta_album, pacs, voc
from course_lib.data.folder import Listing

LISTED = ("pacs", "meta_album", "voc2012", "aircraft", "folder", "csv")  # kinds whose files a `Listing` names


def list_files(source: str, progress: bool) -> Listing:
    """List the image files of a source of the kinds `LISTED`, downloaded first if they are nowhere.

    Raises:
        ValueError, FileNotFoundError, ConnectionError: as `load_images`.
    """
    kind, _, rest = source.partition(":")
    if kind in ("folder", "csv"):
        return (folder.list_folder if kind == "folder" else concept_table.list_table)(Path(rest))
    if kind == "voc2012":
        return voc.list_voc(progress=progress)
    if kind == "aircraft":
        return aircraft.list_aircraft()
    return (pacs.list_domain if kind == "pacs" else meta_album.list_set)(rest, progress=progress)


def find_images(kind: str, rest: str) -> Path | None:
    """The folder of images that are found or downloaded, or None. Imports no torch."""
    if kind == "cifar100":
        return cifar.find_cifar()
    if kind == "collages":  # made of both
        return pacs.find_domain("photo") if cifar.find_cifar() else None
    if kind == "voc2012":
        return voc.find_voc()
    if kind == "aircraft":
        return aircraft.find_aircraft()
    return (pacs.find_domain if kind == "pacs" else meta_album.find_set)(rest)
