"""Commands for images: list, fetch and check sources, compute their channel statistics."""

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
    help="All images, or one part of the homework's split (train includes the validation images).",
)
@JSON
def stats(data, part, as_json):
    """Compute exact mean and standard deviation of each colour channel of DATA, in one pass.

    The pixels are in [0, 1], at the images' own size; the standard deviation is that of the population.
    'course stats pacs:cartoon --part train' prints the numbers of the homework's Eq. 2.
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
    """List, fetch and check image sources."""


@data.command("list")
@JSON
def data_list(as_json):
    """List every source and where its images are."""
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
    """Draw, decode or download SOURCE, so that later lessons start at once."""
    from course_lib.data.sources import load_images

    click.echo(repr(load_images(source)))


@data.command("check")
@click.argument("source")
@JSON
def data_check(source, as_json):
    """Decode every image of SOURCE again, and print the counts of its classes and its fingerprint.

    The bytes of PACS files are compared with a known digest; cached images are compared with the files. Of a folder
    or a table, files that are not read, parts that it is split into, and exact copies are told.
    """
    from course_lib.data.duplicates import find_duplicates
    from course_lib.data.sources import check_images

    images = check_images(source)
    said = images.notes.sentences(copies=find_duplicates(images)) if images.notes else []
    counts = images.class_counts()
    if as_json:
        about = {"num_images": len(images), "classes": counts, "fingerprint": images.fingerprint, "notes": said}
        click.echo(json.dumps(about))
        return
    for sentence in said:
        click.echo(sentence)
    for name, count in counts.items():
        click.echo(f"{count:6d}  {name}")
    click.echo(f"{len(images):6d}  in all; fingerprint {images.fingerprint}")
