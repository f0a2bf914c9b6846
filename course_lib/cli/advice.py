"""The command that says which learning rates to try first on one's own images."""

import json
import shlex

import click

from course_lib.cli.options import JSON


@click.command()
@click.argument("folder")
@JSON
def advise(folder, as_json):
    """Say which strategy and learning rates to try first on the images of FOLDER, and how certain this is.

    The advice rests on finished runs that ship with the course: what the rates gained over the last layer alone on
    tasks with about as many classes and images per class. FOLDER has a folder of images for each class, as for 'course
    train'; nothing is trained.

    \b
    course advise my_photos
    """
    from course_lib.analysis.rates.advice import Facts
    from course_lib.analysis.rates.advice import advise as find_advice
    from course_lib.training.tuning import splits_of

    source = folder if ":" in folder else f"folder:{folder}"
    splits = splits_of(source, progress=True)
    train = splits.train
    train.single_labels("advice")
    facts = Facts(len(train.class_names), len(train) / len(train.class_names))
    advice = find_advice(facts)
    simple = ["course", "train", "--data", source]
    commands = {"last_layer": shlex.join(simple), "rates": shlex.join([*simple, *advice.options()])}
    if as_json:
        click.echo(json.dumps({"source": source, **advice.record(), "commands": commands}))
    else:
        click.echo(_in_words(advice, len(train), commands))


def _in_words(advice, num_train, commands):
    first, second = ("rates", "last_layer") if advice.verdict == "shown" else ("last_layer", "rates")
    facts = advice.facts
    lines = [
        f"{facts.num_classes} classes, {num_train} training images, {facts.images_per_class:.3g} of each class",
        "",
        f"Try first: {_NAMES[first]}.",
        f"  {commands[first]}",
        f"Then, to compare by validation accuracy: {_NAMES[second]}.",
        f"  {commands[second]}",
        "",
        f"Why: {_verdict(advice)}",
        f"Evidence: {_evidence(advice)}",
        *(f"Note: {note}" for note in _notes(advice)),
        "",
        "How the advice is made:",
    ]
    from course_lib.analysis.rates.advice import RULE

    return "\n".join([*lines, *(f"  {number}. {sentence}" for number, sentence in enumerate(RULE, 1))])


_NAMES = {"last_layer": "the last layer alone, the cheapest", "rates": "all layers that have a rate above 0"}


def _verdict(advice):
    gain = f"test accuracy with these rates minus that of the last layer alone: {advice.gain} (95 % interval)"
    if advice.gain.high < 0:
        return f"{gain}. The last layer alone was better, and is cheaper."
    if advice.verdict == "not shown":
        return f"{gain}. An advantage is not shown, and the last layer alone is cheaper."
    if advice.verdict == "undecided":
        return (
            f"{gain}. But on {advice.num_at_edge} of {len(advice.tasks)} tasks the best rate of the last layer alone "
            "is the lowest or highest tried: undecided, and the last layer alone is cheaper."
        )
    return f"{gain}."


def _evidence(advice):
    studies, tasks = " and ".join(advice.evidence.studies), advice.tasks
    ranges = [sorted(getattr(task, name) for task in tasks) for name in ("num_classes", "images_per_class")]
    seeds = max(task.runs[advice.plan] for task in tasks)
    classes, images = (f"{own[0]:.3g} to {own[-1]:.3g}" for own in ranges)
    return (
        f"{advice.num_runs} shipped runs of {studies} on {len(tasks)} tasks of {classes} classes with {images} "
        f"training images of each, {seeds} {'seed' if seeds == 1 else 'seeds'} each ({advice.evidence.about})."
    )


def _notes(advice):
    if advice.evidence.drawn:
        yield "these numbers are of drawn images and a small network trained on drawings; photographs may differ."
    if advice.is_beyond:
        yield "your images lie outside this range of classes or images, so the advice is a guess beyond the tasks."
