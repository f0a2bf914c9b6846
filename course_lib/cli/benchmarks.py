"""Benchmarks, which live with the tests."""

import subprocess
import sys

import click

from course_lib.cli.options import JSON


@click.command()
@click.argument("names", nargs=-1)
@click.option("--quick", "size", flag_value="quick", default="quick", help="Three minutes in all (the default).")
@click.option("--full", "size", flag_value="full", help="Longer, and with the whole mini grids.")
@JSON
def bench(names, size, as_json):
    """Time the benchmarks NAMES (all by default) against their peers and against what is possible.

    Ratios are what to compare: both sides are timed in turns on this machine, which should do nothing else meanwhile.
    With COURSE_REAL_DATA set, large images are real ones.
    """
    from course_lib.paths import shipped_dir

    script = shipped_dir("notebooks").parent / "tests" / "benchmarks" / "run.py"
    if not script.is_file():
        raise FileNotFoundError("the benchmarks are not installed with the package: run 'course bench' in a checkout")
    command = [sys.executable, str(script), *names, "--size", size, *(["--json"] if as_json else [])]
    sys.exit(subprocess.run(command).returncode)
