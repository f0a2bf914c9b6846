"""The command that writes features of images to a file."""

import json
from pathlib import Path

import click

from course_lib.cli.options import DEVICE, JSON


@click.command()
@click.argument("data")
@click.option("--layers", default="pool", show_default=True, help="Names with commas between: stages, hidden1, head …")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write, .npz or .parquet.")
@click.option(
    "--weights",
    "--model",
    "weights",
    help="File of a model from 'course train', or a name such as mini_resnet18; default: the best installed weights.",
)
@click.option("--size", type=click.IntRange(min=16), help="Side of the images in pixels; default: that of the weights.")
@click.option("--overwrite", is_flag=True, help="Replace the file if there is one.")
@DEVICE
@JSON
def features(data, layers, out, weights, size, overwrite, device, as_json):
    """Write the features of all images of DATA by a trained network, for use elsewhere.

    Features are the outputs of layers, averaged over all positions. They are kept in the cache: a second call with the
    same images and weights does not run the network.

    \b
    course features folder:my_photos --layers stage3,pool --out features.npz
    course features csv:my_photos/labels.csv --model model.safetensors --layers hidden1,head --out features.npz
    """
    from course_lib.training.feature_files import check_file, extract_features

    check_file(out, overwrite=overwrite)
    names = [name.strip() for name in layers.split(",") if name.strip()]
    found = extract_features(data, names, weights, size=size, device=device, progress=True)
    found.write(out, overwrite=overwrite)
    widths = {layer: values.shape[1] for layer, values in found.layers.items()}
    if as_json:
        click.echo(json.dumps({"file": str(out), "num_images": len(found.names), "layers": widths, **found.meta}))
        return
    words = ", ".join(f"{layer} {width}" for layer, width in widths.items())
    click.echo(f"{len(found.names)} images by {found.meta['weights']}, features of each: {words}")
    click.echo(f"features saved: {out}")
