"""Runs benchmarks, each in a process of its own, and prints their rows as a table or as JSON: see `course bench`."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py")))
COLUMNS = (("bench", 13), ("metric", 74), ("value", 10), ("×peer", 8), ("of limit", 9), ("peak MB", 8))


def main() -> int:
    """Exit code 1 if a benchmark failed; the others are run all the same."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--size", choices=("quick", "full"), default="quick")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in NAMES]:
        print(f"course: unknown benchmark '{unknown[0]}': choose from {', '.join(NAMES)}", file=sys.stderr)
        return 2
    rows, failed = [], []
    if not options.json:
        print(f"{_cpu()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(_line([title for title, _ in COLUMNS]))
    for name in options.names or NAMES:
        began = time.perf_counter()
        new_rows = _run(name, options.size)
        if new_rows is None:
            failed.append(name)
            continue
        rows += new_rows
        if not options.json:
            for row in new_rows:
                print(_line([_text(value) for value in row.values()]))
            print(f"{'':{COLUMNS[0][1]}}({name}: {time.perf_counter() - began:.0f} s)", flush=True)
    if options.json:
        print(json.dumps(rows))
    if failed:
        print(f"course: these benchmarks failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


def _run(name: str, size: str) -> list[dict] | None:
    command = [sys.executable, FOLDER / f"bench_{name}.py", "--size", size]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return None if done.returncode else [json.loads(line) for line in done.stdout.splitlines()]


def _line(cells: list[str]) -> str:
    padded = [f"{cells[0]:<{COLUMNS[0][1]}}", f"{cells[1]:<{COLUMNS[1][1]}}"]
    return "".join(padded + [f"{cell:>{width}}" for cell, (_, width) in zip(cells[2:], COLUMNS[2:], strict=True)])


def _text(value) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
