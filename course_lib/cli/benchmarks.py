"""The command that runs the benchmarks; the benchmarks themselves are in `tests/benchmarks`."""

import subprocess
import sys

import click

from course_lib.cli.options import JSON


@click.command()
@click.argument("names", nargs=-1)
@click.option("--quick", "size", flag_value="quick", default="quick", help="About three minutes for all (default).")
@click.option("--full", "size", flag_value="full", help="Longer runs, and the whole mini grids.")
@JSON
def bench(names, size, as_json):
    """Time the benchmarks NAMES (all by default) against other implementations and against the possible speed.

    Compare ratios, not seconds: both sides are timed in turns on this machine, which should do nothing else meanwhile.
    If COURSE_REAL_DATA is set, real images are used as large images.
    """
    from course_lib.paths import shipped_dir

    script = shipped_dir("notebooks").parent / "tests" / "benchmarks" / "run.py"
    if not script.is_file():
        raise FileNotFoundError("the benchmarks are not installed with the package: run 'course bench' in a checkout")
    command = [sys.executable, str(script), *names, "--size", size, *(["--json"] if as_json else [])]
    sys.exit(subprocess.run(command).returncode)
