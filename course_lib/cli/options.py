"""Options that several commands share."""

import click

PROFILE = click.option(
    "--profile",
    default="mini",
    show_default=True,
    help="smoke (a minute for each lesson), mini (the full grid) or paper (needs a GPU); some studies and the claims "
    "also have real (real cartoons and a real network).",
)
DATA = click.option("--data", help="Image source, see 'course data list'; default: each lesson's or study's own.")
SEEDS = click.option("--seeds", type=click.IntRange(min=1), help="Runs of each recipe; default: the profile's number.")
DEVICE = click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON value to stdout, all else to stderr.")
