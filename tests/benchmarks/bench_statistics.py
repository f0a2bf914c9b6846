"""Exact streaming mean and std of JPEG files, against decoding alone."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from common import load_large, main, measure, row
from PIL import Image
from plain import write_folder

from course_lib.data.sources import count_pixels


def run(size: str) -> Iterator[dict]:
    """Decoding on one thread, and the exact statistics on one and on two."""
    everything = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    with tempfile.TemporaryDirectory() as folder:
        paths = take_files(Path(folder), 2344 if size == "full" else 600)

        def decode() -> None:
            for path in paths:
                with Image.open(path) as picture:
                    picture.convert("RGB").load()

        def count(cores: int) -> None:
            if everything:  # as many threads as this process may use cores
                os.sched_setaffinity(0, sorted(everything)[:cores])
            count_pixels(f"folder:{folder}", progress=False)
            if everything:
                os.sched_setaffinity(0, everything)

        candidates = {"decode": decode, "one": lambda: count(1), "two": lambda: count(2)}
        seconds = measure(candidates, rounds=5 if size == "quick" else 9)
    rate = {name: len(paths) / value for name, value in seconds.items()}
    yield row("statistics", "decoding alone, one thread, images/s", rate["decode"])
    for name in ("one", "two"):
        ratio = seconds["decode"] / seconds[name]
        yield row("statistics", f"exact statistics, threads: {name}, images/s", rate[name], limit=ratio)


def take_files(folder: Path, count: int) -> list[Path]:
    """A folder of class folders of JPEG files: real cartoons if there are any, else drawn ones."""
    real = Path(os.environ.get("COURSE_REAL_DATA", "/nowhere")) / "pacs" / "cartoon"
    if real.is_dir():
        files = sorted(real.rglob("*.jpg"))
        for file in files[:: max(1, len(files) // count)][:count]:
            (folder / file.parent.name).mkdir(exist_ok=True)
            (folder / file.parent.name / file.name).symlink_to(file)
    else:
        images = load_large(227)
        write_folder(images.take(range(0, len(images), max(1, len(images) // count))), folder)
    return sorted(folder.rglob("*.jpg"))


if __name__ == "__main__":
    main(run)
