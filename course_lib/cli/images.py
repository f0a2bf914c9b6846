"""Images: what there is, where it is, and its statistics."""

import json

import click

from course_lib.cli.options import JSON


@click.command()
@click.argument("data")
@click.option(
    "--part",
    type=click.Choice(["all", "train", "test"]),
    default="all",
    show_default=True,
    help="All images, or one part of the homework's split (train: with its validation images).",
)
@JSON
def stats(data, part, as_json):
    """Exact mean and standard deviation of each colour channel of DATA, in one pass.

    Of pixels in [0, 1] at the images' own size, population std.
    The homework's Eq. 2 is what 'course stats pacs:cartoon --part train' prints.
    """
    from course_lib.data.sources import count_pixels

    histogram, num_images = count_pixels(data, part=part)
    mean, std = ([round(float(v), 9) for v in values] for values in (histogram.mean, histogram.std))
    if as_json:
        click.echo(json.dumps({"num_images": num_images, "mean": mean, "std": std}))
        return
    click.echo(f"{num_images} images")
    for name, values in (("mean", mean), ("std", std)):
        click.echo(f"{name:<5}" + "".join(f"{value:10.6f}" for value in values))


@click.group()
def data():
    """Image sources: what there is, where it is, whether it is whole."""


@data.command("list")
@JSON
def data_list(as_json):
    """Name every source, and say where it is found."""
    from course_lib.data.sources import list_sources

    rows = list_sources()
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['name']:<20} {row['about']:<66} {row['where']}")


@data.command("get")
@click.argument("source")
def data_get(source):
    """Draw, decode or fetch SOURCE, so that lessons start at once later."""
    from course_lib.data.sources import load_images

    click.echo(repr(load_images(source)))


@data.command("check")
@click.argument("source")
def data_check(source):
    """Decode every image of SOURCE, each time, and print counts and the content's fingerprint.

    Of PACS the files' bytes are compared with a known digest; what the cache holds is compared with the files.
    """
    from course_lib.data.sources import check_images

    images = check_images(source)
    for name, count in images.class_counts().items():
        click.echo(f"{count:6d}  {name}")
    click.echo(f"{len(images):6d}  in all; fingerprint {images.fingerprint}")
