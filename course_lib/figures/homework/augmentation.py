"""Figures of lesson 07, augmentation: its samples, gains, the order of the transforms, and the luck of the best try."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure

from course_lib.analysis.homework.augmentation_order import printed_accuracies
from course_lib.analysis.homework.luck import NUM_IMAGES, NUM_RIGHT, NUM_TRIES, kinds_of_tries, luck_chances
from course_lib.analysis.homework.printed import STRATEGY_NAMES
from course_lib.analysis.intervals import Interval
from course_lib.analysis.selection_bias import best_of_tries
from course_lib.analysis.tables import best_table
from course_lib.data.augmentation import Transform, augment
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.augmentation import augmentation_gains, augmented_samples, luck_of_selection, short_name
from course_lib.figures.curves import training_curves
from course_lib.figures.images import contact_sheet
from course_lib.figures.statistics import value_histograms


def samples(images, row: int, class_name: str, rows: Mapping[str, Sequence[Transform]]) -> Figure:
    """Show three draws of each augmentation of one image; the title says which changes images least and most.

    Args:
        images: (N, 3, H, W) uint8, all of which count in the title.
        row: the image to show, of the class `class_name`.
        rows: name → transforms.
    """
    clean = images / 255
    changed = {name: augment(clean, tuple(steps), torch.Generator()) for name, steps in rows.items()}
    moves = {name: float((pictures - clean).abs().mean()) for name, pictures in changed.items()}
    least, most = (short_name(pick(moves, key=moves.get)) for pick in (min, max))
    title = f"One image of the class '{class_name}': '{least}' changes images least, '{most}' most "
    title += f"({100 * max(moves.values()):.0f} %)"
    return augmented_samples(images[row], rows, draws=3, title=title)


def gains(found: Mapping[str, Interval], kinds: Mapping[str, str], printed: Mapping[str, Interval]) -> Figure:
    """Plot what each row of Table VIII gains over training without augmentation; the title counts gains and losses.

    Args:
        found, printed: row → gain; kinds: row → its group.
    """
    up = sum(gain.low > 0 for gain in found.values())
    down = sum(gain.high < 0 for gain in found.values())
    unclear = len(found) - up - down
    title = f"{_rows(up)} {'gains' if up == 1 else 'gain'}, {down} {'loses' if down == 1 else 'lose'}, and "
    title += f"{unclear} of {len(found)} cannot be told from no augmentation"
    return augmentation_gains(found, kinds, printed, title=title)


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def learning(name: str, records: Sequence[dict], num_val: int) -> Figure:
    """Plot the training curves of one row (Figs. 25–27); the title says what validation and test reached.

    Args:
        num_val: number of validation images.
    """
    best = best_table(records).iloc[0]
    title = f"{short_name(name)}: {best['val %']:.0f} % of {num_val} validation images, "
    title += f"{best['test %']:.0f} % of the test images"
    return training_curves(records, title=title, rows="name", names=STRATEGY_NAMES)


def jittered_values(plain, before, after) -> Figure:
    """Plot histograms of normalised pixel values as they were, and jittered before or after the normalisation.

    The title says which share the jitter after the normalisation cuts off, and how much further it moves a value.

    Args:
        plain, before, after: arrays of one shape, all normalised.
    """
    moved = {name: float((changed - plain).abs().mean()) for name, changed in (("before", before), ("after", after))}
    cut = float(((plain < 0) | (plain > 1)).float().mean())
    panels = {
        f"jitter {name} Normalize: moves a value by {moved[name]:.3f}": {"as it was": plain, "jittered": changed}
        for name, changed in (("before", before), ("after", after))
    }
    times = moved["after"] / moved["before"] if moved["before"] else float("inf")
    further = f"moves them {times:.0f} times as far" if times >= 1.5 else "moves them no further than before it"
    title = f"After Normalize, the jitter cuts off {100 * cut:.0f} % of all values and {further}"
    return value_histograms(panels, title=title)


def jittered_pictures(images, after, mean, std) -> Figure:
    """Show three images beside what a jitter after the normalisation leaves of them.

    Args:
        images: (N, 3, H, W) uint8; after: the same, normalised and then jittered; mean, std: (3,).
    """
    step = max(1, len(images) // 3)
    shown = images[::step][:3] / 255
    back = (after[::step][:3] * std.view(3, 1, 1) + mean.view(3, 1, 1)).clamp(0, 1)
    darker = float((images / 255 < mean.view(3, 1, 1)).float().mean())
    title = f"A jitter of 1 % after Normalize: the {100 * darker:.0f} % of values that are darker than the mean become "
    title += "the mean"
    captions = ["as it was"] * len(shown) + ["± 1 %"] * len(back)
    return contact_sheet(torch.cat([shown, back]), captions, title=title)


def orders(measured: Mapping[str, Mapping[str, Interval]], largest: float | None = None) -> Figure:
    """Plot the test accuracy of each row in each order of the transforms, beside the printed one.

    Args:
        measured: order → row → interval, of `course_lib.analysis.homework.order_accuracies`.
        largest: share of the largest class, drawn as a line; None: no line.
    """
    rows = list(next(iter(measured.values())))
    printed = printed_accuracies(rows)
    dots = []
    for row in rows:
        dots += [Dot(short_name(row), order, found[row]) for order, found in measured.items()]
        dots.append(Dot(short_name(row), "homework", printed[row], printed=True))
    jitters = [row for row in rows if row.startswith("ColorJitter")]
    means = {order: 100 * np.mean([found[row].estimate for row in jitters]) for order, found in measured.items()}
    title = "Right test images with colour jitter: "
    title += "; ".join(f"{order} {mean:.0f} %" for order, mean in means.items())
    line = {} if largest is None else {"reference": 100 * largest, "reference_name": "share of the largest class"}
    return dot_intervals(dots, title=title, **line)


def luck(correlation: float) -> Figure:
    """Plot how good the best of 250 equally good tries looks on 47 images: independent tries, and alike ones.

    The title has the chance of 46 right images for the highest test accuracy among the rows that print 46.

    Args:
        correlation: of the outcomes of two of our tries, from `course_lib.analysis.correlation_of_tries`.
    """
    truths = np.arange(0.70, 0.971, 0.03).round(2)
    found = {
        name: {truth: best_of_tries(truth, NUM_IMAGES, NUM_TRIES, rho, repeats=300) for truth in truths}
        for name, rho in kinds_of_tries(correlation).items()
    }
    chances = luck_chances(correlation)
    highest = max(next(iter(chances.values())))
    independent, alike = (100 * column[highest] for column in chances.values())
    title = f"If {100 * highest:.1f} % is true, the best of {NUM_TRIES} tries shows {NUM_RIGHT} of {NUM_IMAGES} with a "
    title += f"chance of {alike:.0f} % (tries as alike as ours) to {independent:.0f} % (independent)"
    return luck_of_selection(found, NUM_RIGHT / NUM_IMAGES, num_images=NUM_IMAGES, num_tries=NUM_TRIES, title=title)
