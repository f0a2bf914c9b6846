"""PACS (Li et al., "Deeper, Broader and Artier Domain Generalization", ICCV 2017): four domains of seven classes.

A domain is found as ``pacs/<domain>/<class>/*`` in the folders of real data, or downloaded. The archive's own checksum
is not known, so its *content* is checked, and by bytes, not by decoded pixels: the split depends on file names,
decoders change with their versions, and a mirror that encoded the images again would not be the same data. Cartoon and
photo are checked by a digest over names and bytes; of art_painting and sketch only the numbers of images are checked.
"""

import hashlib
import os
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from course_lib.data.folder import IMAGE_SUFFIXES, Listing, count_images, list_class_folders
from course_lib.paths import real_data_dirs, user_dir

DOMAINS = ("art_painting", "cartoon", "photo", "sketch")
CLASSES = ("dog", "elephant", "giraffe", "guitar", "horse", "house", "person")
NUM_IMAGES = {"art_painting": 2048, "cartoon": 2344, "photo": 1670, "sketch": 3929}
DIGESTS = {
    "cartoon": "dd564a478692d5bf6dc2ffabf8423e563bbb72dc65a27686c5db490ae1258e8f",
    "photo": "e39b1c05295093626a8c731397599e6cd08d507d1835c2f2677372eef28bba3d",
}
NATIVE_SIZE = 227
URL = "https://wjdcloud.blob.core.windows.net/dataset/PACS.zip"  # the copy of jindongwang/transferlearning
RETRIES = 2


def find_domain(domain: str) -> Path | None:
    """The folder of `domain` in the folders of real data, or None. Imports no torch."""
    for root in real_data_dirs():
        if (root / "pacs" / domain).is_dir():
            return root / "pacs" / domain
    return None


def list_domain(domain: str, *, progress: bool = True) -> Listing:
    """The images of `domain`, downloaded first if they are nowhere.

    Raises:
        ConnectionError: they are nowhere and cannot be downloaded; says what to put where by hand.
        ValueError: the classes or the number of images are not those of PACS.
    """
    folder = find_domain(domain)
    if folder is None:
        download(progress=progress)
        folder = find_domain(domain)
    listing = list_class_folders(folder)
    if listing.class_names != CLASSES or len(listing.names) != NUM_IMAGES[domain]:
        raise ValueError(
            f"'{folder}' is not the whole {domain} domain of PACS ({len(listing.names)} images of "
            f"{NUM_IMAGES[domain]}): put the missing images back, or load it as folder:{folder}"
        )
    return listing


def check_content(domain: str, listing: Listing) -> None:
    """Compare the bytes of every file with the known digest of the domain (none for art_painting and sketch).

    Raises:
        ValueError: a file was renamed or changed.
    """
    if domain in DIGESTS and content_digest(listing) != DIGESTS[domain]:
        raise ValueError(
            f"'{listing.root}' has the right number of images, but they are not the original files of PACS {domain}: "
            f"get a fresh copy, or load it as folder:{listing.root}"
        )


def content_digest(listing: Listing) -> str:
    """SHA-256 over the lines ``"<path> <SHA-256 of the file>"``, sorted by path."""
    digest = hashlib.sha256()
    for name in sorted(listing.names):
        digest.update(f"{name} {hashlib.sha256((listing.root / name).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def download(*, progress: bool = True) -> None:
    """Fetch the archive, check its content, and put each domain that is missing into the user's data folder.

    Raises:
        ConnectionError: no connection; says what to put where by hand.
        ValueError: the archive is damaged, unsafe, or not PACS.
        OSError: it cannot be unpacked, e.g. because the disk is full.
    """
    from filelock import FileLock

    target = user_dir() / "datasets"
    target.mkdir(parents=True, exist_ok=True)
    with FileLock(target / ".pacs.lock"):
        if all((target / "pacs" / domain).is_dir() for domain in DOMAINS):
            return  # another process was faster
        archive, unpacked = _fetch(target, progress), target / f".pacs-{os.getpid()}"
        try:
            _unpack(archive, unpacked)
            for domain in DOMAINS:
                _check_unpacked(domain, unpacked / domain)
            (target / "pacs").mkdir(exist_ok=True)
            for domain in DOMAINS:
                if not (target / "pacs" / domain).exists():
                    (unpacked / domain).replace(target / "pacs" / domain)
        except OSError as error:
            why = error.strerror or error
            raise OSError(f"PACS cannot be unpacked into '{target}' ({why}): make room, or set COURSE_HOME") from None
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
            archive.unlink(missing_ok=True)


def _fetch(target: Path, progress: bool) -> Path:
    import pooch

    # No hash: see above. pooch writes to a temporary name and renames, and tries again after a failure.
    fetcher = pooch.create(
        path=target, base_url="", registry={"PACS.zip": None}, urls={"PACS.zip": URL}, retry_if_failed=RETRIES
    )
    (target / "PACS.zip").unlink(missing_ok=True)  # without a hash an older file cannot be trusted to be whole
    try:
        return Path(fetcher.fetch("PACS.zip", downloader=pooch.HTTPDownloader(progressbar=progress, timeout=60)))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConnectionError(
            f"PACS could not be downloaded ({why}): get {URL} (or any copy of PACS) by other means "
            f"and unpack it so that the folder '{target / 'pacs' / 'cartoon' / 'dog'}' exists, or set "
            f"COURSE_REAL_DATA to a folder that has pacs/cartoon/dog"
        ) from error


def _unpack(archive: Path, into: Path) -> None:
    """Copy the members ``…/<domain>/<class>/<image>`` of a zip, whatever folder they are in there."""
    try:
        with zipfile.ZipFile(archive) as members:
            for member in members.infolist():
                path = PurePosixPath(member.filename.replace("\\", "/"))
                if not path.parts:  # the archive's own top
                    continue
                if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
                    raise ValueError(
                        f"the archive '{archive.name}' holds the unsafe path '{member.filename}': do not use it"
                    )
                if member.is_dir() or not _is_image_of_pacs(path):
                    continue
                file = into.joinpath(*path.parts[-3:])
                file.parent.mkdir(parents=True, exist_ok=True)
                with members.open(member) as source, open(file, "wb") as out:
                    shutil.copyfileobj(source, out)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:  # zipfile's own
        raise ValueError(f"the downloaded '{archive.name}' is damaged ({error}): try again") from None


def _is_image_of_pacs(path: PurePosixPath) -> bool:
    domain, class_name, name = ("", "", *path.parts)[-3:]
    is_image = name.lower().endswith(IMAGE_SUFFIXES) and not name.startswith(".")
    return domain in DOMAINS and class_name in CLASSES and is_image


def _check_unpacked(domain: str, folder: Path) -> None:
    count = count_images(folder)
    if count != NUM_IMAGES[domain]:
        raise ValueError(
            f"the archive from {URL} has {count} images of {domain} instead of {NUM_IMAGES[domain]}: "
            f"try again, or unpack another copy of PACS into '{user_dir() / 'datasets' / 'pacs'}'"
        )
    check_content(domain, list_class_folders(folder))
