"""Exact streaming mean and std of JPEG files, against decoding alone."""

import multiprocessing
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from common import load_large, main, measure, row
from PIL import Image
from plain import write_folder

from course_lib.data.sources import count_pixels


def run(size: str) -> Iterator[dict]:
    """Decoding on one thread, and the exact statistics on one and on two.

    Where a process happens to keep its pixels decides by a fifth how fast it decodes, for as long as it lives; so each
    round is a process of its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = take_files(Path(folder), 2344 if size == "full" else 600)
        context = multiprocessing.get_context("spawn")
        rounds = []
        for _ in range(5 if size == "quick" else 15):
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                rounds.append(pool.submit(time_once, folder, paths).result())
    seconds = {name: statistics.median(once[name] for once in rounds) for name in rounds[0]}
    yield row("statistics", "decoding alone, one thread, images/s", len(paths) / seconds["decode"])
    for name in ("one", "two"):
        ratio = statistics.median(once["decode"] / once[name] for once in rounds)
        yield row("statistics", f"exact statistics, threads: {name}, images/s", len(paths) / seconds[name], limit=ratio)


def time_once(folder: str, paths: list[Path]) -> dict[str, float]:
    """Median seconds of decoding and of the statistics in this process."""

    def decode() -> None:
        with cores(1):
            for path in paths:
                with Image.open(path) as picture:
                    picture.convert("RGB").load()

    def count(number: int) -> None:
        with cores(number):  # as many threads as this process may use cores
            count_pixels(f"folder:{folder}", progress=False)

    return measure({"decode": decode, "one": lambda: count(1), "two": lambda: count(2)}, rounds=3)


@contextmanager
def cores(number: int) -> Iterator[None]:
    """Keep this thread, and those it starts, on the first `number` cores, where the system allows it."""
    everything = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    if everything:
        os.sched_setaffinity(0, sorted(everything)[:number])
    try:
        yield
    finally:
        if everything:
            os.sched_setaffinity(0, everything)


def take_files(folder: Path, count: int) -> list[Path]:
    """A folder of class folders of JPEG files: real cartoons if there are any, else drawn ones."""
    real = Path(os.environ.get("COURSE_REAL_DATA", "/nowhere")) / "pacs" / "cartoon"
    if real.is_dir():
        files = sorted(real.rglob("*.jpg"))
        for file in files[:: max(1, len(files) // count)][:count]:
            (folder / file.parent.name).mkdir(exist_ok=True)
            shutil.copy(file, folder / file.parent.name)
    else:
        images = load_large(227)
        write_folder(images.take(range(0, len(images), max(1, len(images) // count))), folder)
    return sorted(folder.rglob("*.jpg"))


if __name__ == "__main__":
    main(run)
