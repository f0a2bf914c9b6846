"""Commands for models: train a classifier, train the shipped weights again."""

import json
import sys
from pathlib import Path

import click

from course_lib.cli.options import DEVICE, JSON

_WIDEST = 65536  # of an extension layer


@click.command()
@click.option(
    "--data",
    required=True,
    help="A source: folder:PATH (one folder of images for each class), csv:FILE "
    "(a table of images and concepts, 1, 0 or nothing in each cell), …",
)
@click.option(
    "--recipe",
    "strategy",
    help="last_layer, full, scratch, ft1, ft2, ft3, l2sp, multitune or spottune; default: last_layer, with --rates "
    "full. With ft1, ft2 and ft3 pretrained layers move at a tenth of the rate of new ones: a new last layer (ft1), "
    "the last stage begun anew, too (ft2), an extension layer of 512 before the last layer (ft3). "
    "l2sp is full with a pull towards the starting weights. multitune trains two copies of the network with one head, "
    "their last stages begun anew, with the pull of l2sp; spottune chooses for each image and block between a frozen "
    "and a tuned copy. Both take about twice as long as full.",
)
@click.option(
    "--head",
    metavar="D[,D]",
    help="Widths of extension layers before the new last layer, with any recipe: 512, or 512,512 for two.",
)
@click.option(
    "--rates",
    metavar="M,M,M,M,M",
    help="Learning rate multipliers of the stem and the four stages, e.g. 0,1,2,4,8; 0 freezes. A stage's rate is "
    "scale × multiplier × 0.001 (--set lr=… for another base rate), with SGD unless --set says otherwise.",
)
@click.option("--head-rate", type=float, help="Multiplier of the new last layer, with --rates; default: 16.")
@click.option("--scale", type=float, help="What all these multipliers are multiplied by, with --rates; default: 1.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a setting of the recipe (repeatable)."
)
@click.option("--size", type=click.IntRange(min=16), help="Side of the images in pixels; default: that of the weights.")
@click.option(
    "--crop",
    type=click.IntRange(min=16),
    help="Train on random windows of so many pixels a side; validation, test and prediction see the whole image.",
)
@click.option(
    "--balance",
    is_flag=True,
    help="Give every class the same share in the loss, however few its images. The best epoch stays the one with the "
    "highest plain validation accuracy; accuracy averaged over the classes is reported beside it.",
)
@click.option(
    "--groups",
    metavar="PATTERN",
    help="Keep images of one group (animal, patient) in one part: regular expression on file names, or a CSV file.",
)
@click.option("--drop-duplicates", is_flag=True, help="Of images with the same pixels keep only the first.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of new weights, order of images and split.",
)
@click.option("--out", type=click.Path(path_type=Path), help="File of the model; default: named after the run.")
@DEVICE
@JSON
def train(
    data,
    strategy,
    head,
    rates,
    head_rate,
    scale,
    settings,
    size,
    crop,
    balance,
    groups,
    drop_duplicates,
    seed,
    out,
    device,
    as_json,
):
    """Train a classifier on images, test it once, save it and a report beside it.

    60 % of the images train, 20 % choose the epoch, 20 % test; a folder with train/, val/ and test/ is used as it is,
    and so is the column split of a CSV file.
    The last layer alone is trained on what the rest of the network makes of the images, in seconds. To train all
    layers takes minutes to hours; after Ctrl-C the same command goes on where it stopped.

    \b
    course train --data folder:my_photos
    course train --data folder:my_photos --recipe full --set lr=0.0003 --set epochs=50
    course train --data csv:my_photos/labels.csv
    course train --data csv:my_photos/labels.csv --recipe ft3 --head 512,512
    course train --data folder:my_photos --rates 0,1,2,4,8 --head-rate 16 --scale 0.5
    """
    from course_lib.interruption import kept

    changed = _parse_settings(settings)
    if balance:
        changed.setdefault("class_weights", "balanced")
    changed |= _parse_head(head, changed)
    duplicates = "drop" if drop_duplicates else "error"
    options = {"size": size, "crop": crop, "seed": seed, "groups": groups, "duplicates": duplicates}
    options |= {"device": device, "out": out}
    asked = _parse_rates(strategy, rates, head_rate, scale)
    strategy = strategy or ("full" if asked else "last_layer")
    with kept(lambda: "no model was saved, the same command starts anew"):
        from course_lib.training.graduated import rate_settings
        from course_lib.training.tuning import train_classifier

        changed = rate_settings(**asked, **changed) if asked else changed
    trained = train_classifier(data, strategy, changed, **options, progress=True, say=_say)
    outcome = trained.outcome() | _describe(trained) | {"report": _write_report(trained)}
    if as_json:
        click.echo(json.dumps(outcome))
    elif outcome["model"] is None:
        click.echo("The training diverged before its first epoch ended: try a lower rate, e.g. --set lr=0.0001")
    else:
        click.echo(f"{outcome['status']}: best epoch {outcome['best_epoch']} (counted from 0)")
        click.echo(_scores_in_words(outcome))
        if trained.tuned_shares:
            shares = ", ".join(f"{block} {share:.0%}" for block, share in trained.tuned_shares.items())
            click.echo(f"test images that take the tuned copy of a block: {shares}")
        click.echo(f"report: {outcome['report']}")
        click.echo(f"model saved; use it: course predict {outcome['model']} IMAGE…")
    sys.exit(outcome["model"] is None)


def _parse_head(head, changed):
    """Parse --head into the setting ``hidden``; without the option an empty dict."""
    if head is None:
        return {}
    if "hidden" in changed:
        raise ValueError("--head and --set hidden=… both give the extension layers' widths: leave one out")
    widths = head.split(",")
    if not all(text.strip().isdecimal() and 0 < int(text) <= _WIDEST for text in widths):
        raise ValueError(
            f"--head '{head}' are no widths: give whole numbers from 1 to {_WIDEST} with commas between, "
            "e.g. --head 512 or --head 512,512"
        )
    return {"hidden": [int(text) for text in widths]}


def _parse_rates(strategy, rates, head_rate, scale):
    """Parse --rates, --head-rate and --scale into arguments of `rate_settings`; none of them gives an empty dict."""
    given = {"head_multiplier": head_rate, "scale": scale}
    given = {name: value for name, value in given.items() if value is not None}
    if rates is None:
        if given:
            option = "--scale" if scale is not None else "--head-rate"
            raise ValueError(f"{option} needs --rates, the multipliers that it goes with: e.g. --rates 0,1,2,4,8")
        return {}
    if strategy not in (None, "full"):
        raise ValueError(f"--rates and --recipe {strategy} both say which stages train: use --recipe full")
    try:
        return {"multipliers": [float(text) for text in rates.split(",")], **given}
    except ValueError:
        raise ValueError(f"--rates '{rates}' are no numbers with commas between: e.g. --rates 0,1,2,4,8") from None


def _say(note: str) -> None:
    click.echo(note, err=True)


def _describe(trained) -> dict:
    """The scores on the test images in detail, for JSON."""
    if trained.file is None:
        return {"test": None}
    from course_lib.analysis.classification import describe_predictions
    from course_lib.analysis.concepts import describe_concepts

    describe = describe_concepts if trained.test.has_concepts else describe_predictions
    return {"test": describe(trained.test.labels, trained.probabilities, trained.run.class_names)}


def _write_report(trained) -> str | None:
    if trained.file is None:
        return None
    from course_lib.teaching.model_report import write_model_report

    return str(write_model_report(trained))


def _scores_in_words(outcome):
    val, test, count = outcome["val_score"], outcome["test_score"], outcome["num_test"]
    if outcome["metric"] != "accuracy":
        low, high = outcome["test"]["map_interval"]
        return (
            f"mean average precision: validation {val:.3f}, test {test:.3f} on {count} images, 95 % interval {low:.3f} "
            f"to {high:.3f}"
        )
    found = outcome["test"]
    low, high = found["accuracy_interval"]
    return (
        f"validation {val:.1%}, test {test:.1%} = {round(test * count)} of {count}, 95 % interval {low:.0%} to "
        f"{high:.0%}; mean over classes {found['balanced_accuracy']:.1%}, macro F1 {found['macro_f1']:.3f}"
    )


def _parse_settings(pairs):
    """Parse ``("lr=0.01", 'multipliers={"stem": 0}')`` into settings of a recipe; values are JSON or plain text."""
    settings = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--set takes KEY=VALUE, got '{pair}': for example --set lr=0.001")
        try:
            settings[key.strip()] = json.loads(text)
        except json.JSONDecodeError:
            settings[key.strip()] = text
    return settings


@click.command()
@click.argument("names", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the weights; default: data/weights.")
@click.option("--epochs", type=click.IntRange(min=1), help="Fewer epochs, for a trial; needs --out.")
@click.option("--device", default="cpu", show_default=True, help="The shipped weights were trained on a CPU.")
@click.option("--list", "only_list", is_flag=True, help="Train nothing; print what the weights reach at home.")
def pretrain(names, out, epochs, device, only_list):
    """Train the shipped weights NAMES (all by default) again on drawn pictures, and print their test accuracy.

    All of them take about 100 minutes on one core: the two networks of the homework 25, those of the eight domains 15,
    the two GoogLeNets 25, the two narrow ResNet-26 35.
    Weights that do not ship are trained when they are named: resnet26, about a day on a CPU.
    """
    if only_list:
        click.echo(_shipped_in_words(names))
        return
    from course_lib.models.shipped import NOT_SHIPPED
    from course_lib.training.pretraining import PRETRAINED, find_pretraining, pretrain_weights

    names = names or tuple(name for name in PRETRAINED if name not in NOT_SHIPPED)
    for name in names:
        find_pretraining(name)  # refuse a misspelt name before training starts
    for name in names:
        result = pretrain_weights(name, out_dir=out, epochs=epochs, device=device)
        reached = f"{result['test_accuracy']:.1%} of {result['num_test']} unseen images"
        seconds = f"{result['seconds']:.0f} s"
        click.echo(f"{name}: {reached} of {result['num_classes']} categories, {seconds}: {result['model']}")


def _shipped_in_words(names: tuple[str, ...]) -> str:
    """A line for each of the weights, read from their files without torch, and for those that do not ship."""
    from course_lib.models.shipped import NOT_SHIPPED, describe_shipped, list_weights

    known = list_weights()
    for name in names:
        if name not in (*known, *NOT_SHIPPED):
            raise ValueError(f"no weights '{name}' are shipped: choose one of {', '.join(known)}")
    lines = [_reached(describe_shipped(name)) for name in names or known if name in known]
    lines += [
        f"{name}: not shipped, 'course pretrain {name}' trains them"
        for name in NOT_SHIPPED
        if name not in known and (not names or name in names)
    ]
    return "\n".join(lines)


def _reached(weights) -> str:
    return (
        f"{weights.name}: {weights.architecture} on {weights.source}, {weights.test_accuracy:.1%} of "
        f"{weights.num_test} unseen images of {weights.num_classes} categories"
    )
