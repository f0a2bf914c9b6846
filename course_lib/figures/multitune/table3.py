"""Figures of Table 3: printed and measured, gaps to plain fine-tuning."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval, count_shown
from course_lib.analysis.multitune.comparison import gaps, measured_rows
from course_lib.analysis.multitune.printed import CIFAR100, printed_accuracies
from course_lib.analysis.multitune.rows import KINDS, by_row, kind_of, method_gap, methods_in, size_name
from course_lib.figures.accuracy import Dot, add_dot_legend, dots_height, draw_dots, series_colors
from course_lib.figures.kinds import kinds_of
from course_lib.figures.style import BLACK, EDGE_NOTE, new_figure, styled
from course_lib.sweeps.studies.multitune.methods import ALL_KEPT, FULL, MULTITUNE, ONE_BLOCK, SP, SPOTTUNE

_OWN = {KINDS[0]: "Aircraft", KINDS[1]: CIFAR100}  # the document's set of each kind


@styled
def printed_and_measured(records: Sequence[dict]) -> Figure:
    """Plot Table 3 as printed (left) beside the measured test accuracies (right), one row of panels for each set.

    Printed are maxima of validation accuracies, each of one run, with Wilson's interval. Measured are test accuracies
    with the errors of seeds and of images. The title counts the rows in which MultiTune and SpotTune are shown to
    differ, by the paired intervals; a difference with a best rate at the edge of its grid shows nothing.
    """
    measured = [own for own in measured_rows(records) if own.method in (SPOTTUNE, MULTITUNE, ONE_BLOCK, FULL)]
    kinds = list(dict.fromkeys(kind_of(own.row[0]) for own in measured))
    panels = [
        (
            kind,
            _printed_dots(kind),
            [_dot(own) for own in measured if kind_of(own.row[0]) == kind],
        )
        for kind in kinds
    ]
    every = [dot for _, *sides in panels for dots in sides for dot in dots]
    colors, names = series_colors(every), list(dict.fromkeys(dot.row for dot in every))
    styles = kinds_of(dot.interval for dot in every)
    height = 1.2 + len(panels) * dots_height([dot for dot in every if not dot.printed][: 4 * len(names)], names) * 0.55
    figure = new_figure(_differences_in_words(records), width=12.0, height=height)
    grid = figure.subplots(len(panels), 2, squeeze=False, sharey="row", sharex="row")
    for (left, right), (kind, printed, own) in zip(grid, panels, strict=True):
        rows = [name for name in names if any(dot.row == name for dot in (*printed, *own))]
        for axes, dots in ((left, printed), (right, own)):
            draw_dots(axes, dots, rows, colors, styles)
        left.set_title(f"{_OWN.get(kind, kind)}, printed: validation, one run", fontsize=13)
        right.set_title(f"{kind} set, measured: test", fontsize=13)
    for axes in grid[-1]:
        axes.set_xlabel("accuracy (%)")
    add_dot_legend(figure, every)
    return figure


@styled
def method_gaps(records: Sequence[dict], base: str = FULL, left_out: Sequence[str] = (SP, ALL_KEPT)) -> Figure:
    """Plot test accuracy of each method minus that of `base` on each row, paired, with the errors of seeds and images.

    The title counts the differences that are shown. A dagger marks a row in which a best rate lies at the edge: such a
    difference shows nothing.

    Args:
        left_out: methods that are not drawn; by default L2-SP, which the figure of penalties has, and the joined
            network of which nothing begins anew: it is a control of MultiTune and no opponent.

    Raises:
        ValueError: no row has another method than `base`.
    """
    found = {
        row: {name: method_gap(own, name, base).interval() for name in methods_in(own) if name not in (base, *left_out)}
        for row, own in by_row(records).items()
        if base in methods_in(own)
    }
    every = [gap for own in found.values() for gap in own.values()]
    if not every:
        raise ValueError(f"no method beside '{base}' has runs: let the study finish")
    dots: dict[str, list[Dot]] = {}
    for row, own in found.items():
        words = size_name(row[1]) + (" †" if any(gap.edge for gap in own.values()) else "")
        dots.setdefault(kind_of(row[0]), []).extend(Dot(words, name, gap) for name, gap in own.items())
    better, worse = count_shown(every)
    title = f"Shown to be better than {base} in {better} of {len(every)} comparisons, worse in {worse} "
    title += f"(by chance at most {0.025 * len(every):.1f} on either side)"
    return _panels(dots, title, f"test accuracy − {base} (points)")


def _panels(dots: Mapping[str, Sequence[Dot]], title: str, xlabel: str) -> Figure:
    """Draw a panel of dots for each kind of set, side by side."""
    every = [dot for own in dots.values() for dot in own]
    colors, styles = series_colors(every), kinds_of(dot.interval for dot in every)
    rows = {kind: list(dict.fromkeys(dot.row for dot in own)) for kind, own in dots.items()}
    height = max(dots_height(own, rows[kind]) for kind, own in dots.items())
    figure = new_figure(title, width=12.0, height=0.5 + 0.72 * height)
    for axes, (kind, own) in zip(figure.subplots(1, len(dots), squeeze=False)[0], dots.items(), strict=True):
        draw_dots(axes, own, rows[kind], colors, styles)
        axes.set_title(f"{kind} set", fontsize=13)
        axes.set_xlabel(f"{xlabel}; {EDGE_NOTE}" if any("†" in row for row in rows[kind]) else xlabel, fontsize=11)
        axes.axvline(0, color=BLACK, linewidth=1.2, zorder=0)
    add_dot_legend(figure, every)
    return figure


def _dot(own) -> Dot:
    return Dot(size_name(own.row[1]), own.method, own.test)


def _printed_dots(kind: str) -> list[Dot]:
    rows = [row for row in printed_accuracies() if row.dataset == _OWN.get(kind)]
    return [
        Dot(size_name(row.per_class), name, one.interval, printed=True)
        for row in rows
        for name, one in ((SPOTTUNE, row.spottune), (MULTITUNE, row.multitune))
    ]


def _differences_in_words(records: Sequence[dict]) -> str:
    parts = [f"printed {_counts([row.difference for row in printed_accuracies()])}"]
    for name, words in ((MULTITUNE, "measured"), (ONE_BLOCK, f"measured, {ONE_BLOCK}")):
        if found := [gap.interval() for gap in gaps(records, name, SPOTTUNE).values()]:
            parts.append(f"{words} {_counts(found)}")
    return f"Rows in which MultiTune is shown to be better, and worse, than SpotTune: {'; '.join(parts)}"


def _counts(found: Sequence[Interval]) -> str:
    """``"1, 0 of 10"``: intervals above zero, and below."""
    better, worse = count_shown(found)
    return f"{better}, {worse} of {len(found)}"
