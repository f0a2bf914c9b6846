"""Commands for saved classifiers: predict with one, export it."""

import csv
import io
import json
import sys
from pathlib import Path

import click

from course_lib.cli.options import DEVICE, JSON


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("paths", nargs=-1, required=True)
@click.option("--format", "kind", type=click.Choice(["json", "csv"]), help="Default: json, or the suffix of --out.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: stdout.")
@click.option("--top", type=click.IntRange(min=1), help="Only so many classes, the most probable first; default: all.")
@click.option("--json", "as_json", is_flag=True, help="Has no effect: JSON is the default.")
@DEVICE
def predict(model, paths, kind, out, top, as_json, device):
    """Classify images with a MODEL from 'course train': one JSON object or one CSV row for each.

    PATHS are files, folders (with all images below them) and patterns such as 'photos/*.jpg'. A file that cannot be
    read is named on stderr; the other files are classified, and the exit code is 1.

    \b
    course predict model.safetensors new_photos --out answers.csv
    """
    from course_lib.data.patterns import find_files
    from course_lib.paths import check_writable, write_whole
    from course_lib.training.classifier import Classifier

    kind = kind or ("csv" if out and out.suffix.lower() == ".csv" else "json")
    classifier = Classifier.load(model, device=device)
    top = top and min(top, len(classifier.class_names))
    if out:
        check_writable(out.parent)
    found, failed, lines = find_files(paths), False, []
    write = lines.append if out else click.echo
    for line in _header(classifier, top) if kind == "csv" else ():
        write(line)
    for answer in classifier.predict_files(found.files):
        if answer.error:
            failed = True
            click.echo(f"course: {answer.error}", err=True)
        else:
            write(_row(answer, top) if kind == "csv" else _json_line(answer, top))
    for problem in found.problems:
        click.echo(f"course: {problem}", err=True)
    if found.left_out:
        kinds = ", ".join(f"{count} {suffix or 'without a suffix'}" for suffix, count in found.left_out.items())
        click.echo(f"files that are not images were left out: {kinds}", err=True)
    if out:
        write_whole(out, "".join(f"{line}\n" for line in lines).encode())
        click.echo(f"{len(found.files)} files, answers in {out}", err=True)
    sys.exit(failed or bool(found.problems))


def _json_line(answer, top: int | None) -> str:
    found = answer.found
    if top:
        found = {**found, "probabilities": dict(_ranked(found)[:top])}
    return json.dumps({"file": str(answer.file), **found})


def _header(classifier, top: int | None) -> list[str]:
    answer = "concepts" if classifier.meta["training"].get("metric") == "map" else "class"
    columns = [column for k in range(1, top + 1) for column in (f"top{k}", f"p{k}")] if top else classifier.class_names
    return [_csv_line(["file", answer, *columns])]


def _row(answer, top: int | None) -> str:
    found = answer.found
    said = found["class"] if "class" in found else ";".join(found["concepts"])
    values = [value for pair in _ranked(found)[:top] for value in pair] if top else found["probabilities"].values()
    return _csv_line([str(answer.file), said, *values])


def _ranked(found: dict) -> list[tuple[str, float]]:
    return sorted(found["probabilities"].items(), key=lambda pair: -pair[1])


def _csv_line(values) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([f"{v:.6g}" if isinstance(v, float) else v for v in values])
    return line.getvalue()


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(["onnx", "torchscript"]), default="onnx", show_default=True,
              help="ONNX for most other programs, TorchScript for PyTorch without this course.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: beside MODEL.")
@click.option("--data", metavar="SOURCE", help="Where the images of the training are, e.g. folder:PATH, to compare the "
              "answers on its test images; default: a folder of its name, here or beside MODEL.")  # fmt: skip
@JSON
def export(model, kind, out, data, as_json):
    """Write a MODEL from 'course train' as ONNX or TorchScript, for other programs.

    The exported model takes RGB images (N, 3, size, size), floats in [0, 1], whose shorter side was resized to size and
    whose centre was cut out; it normalises them itself. It gives probabilities and logits, both (N, classes). It is
    written only if its answers differ from the original's by at most 0.0001.

    \b
    course export model.safetensors --format onnx --out model.onnx
    """
    from course_lib.training.export import export_classifier

    out = out or model.with_suffix({"onnx": ".onnx", "torchscript": ".pt"}[kind])
    done = export_classifier(model, out, kind, data)
    if as_json:
        click.echo(json.dumps(done))
        return
    random, test, classes = done["num_random"], done["num_test"], ", ".join(done["classes"])
    images = f"{random} random images" + (f" and all {test} test images" if test else "")
    click.echo(f"checked on {images}: largest difference {done['largest_difference']:.1g}")
    if not test:
        click.echo("the test images were not found, so they were not compared: give their source with --data", err=True)
    click.echo(f"input: RGB (N, 3, {done['size']}, {done['size']}), floats in [0, 1]; classes: {classes}")
    click.echo(f"{done['format']} model saved: {done['file']}")
