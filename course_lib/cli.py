"""The command `course`: thin shells over the library; nothing heavy is imported until a command needs it."""

import json
import sys
from pathlib import Path

import click

from course_lib import __version__
from course_lib.errors import MissingExtraError, RunsFailedError

# What a user can mend is told in one sentence; anything else is our mistake and shows its traceback.
USER_ERRORS = (ValueError, OSError, MissingExtraError, RunsFailedError)
PROFILE = click.option(
    "--profile",
    default="mini",
    show_default=True,
    help="smoke (a minute a lesson), mini (the full grid) or paper (GPU).",
)
DATA = click.option("--data", default="mini:cartoon", show_default=True, help="A source, see 'course data list'.")
SEEDS = click.option("--seeds", type=click.IntRange(min=1), help="Runs of each recipe; default: the profile's number.")
DEVICE = click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object to stdout, all else to stderr.")


class CourseGroup(click.Group):
    """Turns the library's errors into one sentence on stderr and an exit code."""

    def invoke(self, context):
        try:
            return super().invoke(context)
        except BrokenPipeError:  # `course … | head` is no mistake; click ends quietly
            raise
        except USER_ERRORS as error:
            click.echo(f"course: {error}", err=True)
            context.exit(1 if isinstance(error, RunsFailedError) else 2)


def _say(line: str) -> None:
    click.echo(line, err=True)


@click.group(cls=CourseGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="course")
def main():
    """Fine-tuning and transfer learning for image classifiers: lessons, runs, images.

    \b
    Start here:
      course doctor                                is this machine ready?
      course run 05 --profile smoke                run a lesson, get a report
      course train --data folder:my_photos         train on your own images
      course predict MODEL photo.jpg               and use the model

    Exit codes: 0 all went well, 1 something ran and failed (a lesson, a check), 2 bad input or nothing to work on.
    """


@main.command()
@click.argument("lessons", nargs=-1)
@PROFILE
@DATA
@SEEDS
@click.option("--out", type=click.Path(path_type=Path), default=Path("report"), help="Folder of the report.")
def run(lessons, profile, data, seeds, out):
    """Run LESSONS (all by default), e.g. 'course run 02 05', and write an HTML report.

    A lesson that fails does not stop the others; the exit code is 1 if any did.
    """
    from course_lib.data.sources import describe
    from course_lib.sweeps.profiles import get_profile
    from course_lib.teaching import find_lesson, list_lessons, run_lessons, write_report

    get_profile(profile)
    if data.startswith("folder:"):  # lessons run in the report's folder
        data = f"folder:{Path(data.removeprefix('folder:')).expanduser().absolute()}"
    describe(data)  # an unknown name is refused now, not once in every lesson
    chosen = [find_lesson(name) for name in lessons] or list_lessons()
    results = run_lessons(chosen, profile=profile, data=data, seeds=seeds, out_dir=out, progress=_say)
    page = write_report(results, out, profile=profile, data=data, seeds=seeds)
    click.echo(f"Report: {page.resolve().as_uri()}")
    sys.exit(any(result.status != "ok" for result in results))


@main.command()
@click.option("--data", required=True, help="A source, e.g. folder:PATH (one folder of images for each class).")
@click.option("--recipe", "strategy", default="full", show_default=True, help="scratch, last_layer or full.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a setting of the recipe (repeatable)."
)
@click.option(
    "--size", type=click.IntRange(min=16), help="Pixels a side; what the weights were trained with by default."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Decides new weights, order of images and the split.",
)
@click.option("--out", type=click.Path(path_type=Path), help="File of the model; named after the run by default.")
@DEVICE
@JSON
def train(data, strategy, settings, size, seed, out, device, as_json):
    """Train a classifier on images, test it once, save it.

    60 % of the images train, 20 % choose the epoch, 20 % test.

    \b
    course train --data folder:my_photos --recipe last_layer
    course train --data folder:my_photos --recipe full --set lr=0.0003 --set epochs=50
    """
    from course_lib.training.classifier import parse_settings, train_classifier

    changed = parse_settings(settings)
    outcome = train_classifier(data, strategy, changed, size=size, seed=seed, device=device, out=out, progress=True)
    if as_json:
        click.echo(json.dumps(outcome))
    elif outcome["model"] is None:
        click.echo("The training diverged before its first epoch ended: try a lower rate, e.g. --set lr=0.0001")
    else:
        test, count = outcome["test_accuracy"], outcome["num_test"]
        click.echo(f"{outcome['status']}: best epoch {outcome['best_epoch']} (counted from 0)")
        click.echo(f"validation {outcome['val_accuracy']:.1%}, test {test:.1%} = {round(test * count)} of {count}")
        click.echo(f"model saved; use it: course predict {outcome['model']} IMAGE…")
    sys.exit(outcome["model"] is None)


@main.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: the output is JSON always.")
@DEVICE
def predict(model, files, as_json, device):
    """Classify image FILES with a MODEL from 'course train': one JSON object a line.

    A file that cannot be read is named on stderr, the others are classified, and the exit code is 1.
    """
    from course_lib.training.classifier import Classifier

    classifier, failed = Classifier.load(model, device=device), False
    for file in files:
        try:
            click.echo(json.dumps({"file": str(file), **classifier.predict(file)}))
        except (ValueError, OSError) as error:
            failed = True
            click.echo(f"course: {error}", err=True)
    sys.exit(failed)


@main.command()
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


@main.group()
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
    """Decode every image of SOURCE and print counts and the content's fingerprint."""
    from course_lib.data.sources import load_images

    images = load_images(source)
    for name, count in images.class_counts().items():
        click.echo(f"{count:6d}  {name}")
    click.echo(f"{len(images):6d}  in all; fingerprint {images.fingerprint}")


@main.command()
@click.argument("names", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the weights; data/weights by default.")
@click.option("--epochs", type=click.IntRange(min=1), help="Fewer epochs, to try it; needs --out.")
@click.option("--device", default="cpu", show_default=True, help="The shipped weights were trained on a CPU.")
def pretrain(names, out, epochs, device):
    """Train the shipped weights NAMES (all by default) again on drawn photos, and print what they reach.

    About 25 minutes on one core.
    """
    from course_lib.training.pretraining import PRETRAINED, find_pretraining, pretrain_weights

    names = names or tuple(PRETRAINED)
    for name in names:
        find_pretraining(name)  # refuse a misspelt one before the first is trained
    for name in names:
        result = pretrain_weights(name, out_dir=out, epochs=epochs, device=device)
        reached = f"{result['test_accuracy']:.1%} of {result['num_test']} unseen images"
        seconds = f"{result['seconds']:.0f} s"
        click.echo(f"{name}: {reached} of {result['num_classes']} categories, {seconds}: {result['model']}")


@main.command()
@click.argument("name", required=False)
@PROFILE
@DATA
@SEEDS
@click.option("--workers", type=click.IntRange(min=1), help="Processes of one thread; one a core by default.")
@click.option("--recompute", is_flag=True, help="Compute every run again; to go on after Ctrl-C, leave it out.")
@click.option("--export", type=click.Path(path_type=Path), help="Also write the runs to this .jsonl.gz file.")
@DEVICE
def study(name, profile, data, seeds, workers, recompute, export, device):
    """Run the study NAME: a grid of recipes. What the ledger holds is not run again; without NAME, list them.

    Ctrl-C or a crash loses nothing finished: the same command goes on from there.
    """
    from course_lib.analysis.tables import best_table
    from course_lib.sweeps.ledger import export_runs
    from course_lib.sweeps.studies import STUDIES, run_study

    if name is None:
        for item in STUDIES.values():
            click.echo(f"{item.name:<22} {item.about}")
        return
    records = run_study(name, profile, data, seeds, workers=workers, recompute=recompute, device=device)
    click.echo(best_table(records).to_string(index=False))
    if export:
        export_runs(records, export)
        click.echo(f"{len(records)} runs written to {export}")


@main.command()
@click.argument("lessons", nargs=-1)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if anything is out of date.")
@click.option("--no-execute", is_flag=True, help="Derive the notebooks, but do not run the solutions.")
def build(lessons, check, no_execute):
    """Derive student copies and executed solutions from notebooks/source."""
    from course_lib.paths import shipped_dir
    from course_lib.teaching import build as build_lessons
    from course_lib.teaching import update_readme

    problems = build_lessons(lessons or None, check=check, execute=not no_execute, progress=click.echo)
    problems += update_readme(shipped_dir("notebooks").parent / "README.md", check=check)
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(bool(problems))


@main.command()
@JSON
def doctor(as_json):
    """Is this machine ready? What a bug report needs."""
    from course_lib.teaching import checks_as_text, run_checks

    rows = run_checks()
    click.echo(json.dumps(rows) if as_json else checks_as_text(rows))
    sys.exit(any(row["status"] == "fail" for row in rows))


if __name__ == "__main__":
    main()
