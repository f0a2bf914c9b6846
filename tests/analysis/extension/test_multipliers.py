"""Tables of k and e, their best cells and edges, and their agreement with the printed table."""

import numpy as np
import pytest

from course_lib.analysis.extension import multipliers
from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.analysis.extension.printed import printed_multipliers
from fake_extension import EPOCHS, KS, multiplier_grid

PRINTED = printed_multipliers()


def grid(value, **settings):
    return on_evaluated(multiplier_grid(value, **settings))


def like_printed(k, e, lr):
    return PRINTED.loc[k, e]


def test_a_table_has_the_mean_over_seeds():
    found = multipliers.table(grid(lambda k, e, lr: 0.2 + 0.1 * k + 0.01 * e), 0.1)
    assert (tuple(found.index), tuple(found.columns)) == (KS, EPOCHS)
    assert found.loc[0.25, 2.0] == pytest.approx(0.245)
    cell = multipliers.cells(grid(like_printed), 0.1)[0.25, 2.0]
    assert cell.estimate == pytest.approx(0.421)
    assert cell.high - cell.estimate == pytest.approx(4.303 * 0.001 / np.sqrt(3), rel=1e-3)


def test_the_best_of_the_printed_table_are_its_marks():
    best = multipliers.best_of_epochs(PRINTED)
    assert best == {0.25: 0.05, 0.5: 0.05, 1: 0.05, 2: 0.25, 4: 0.5, 8: 0.1, 16: 0.1, 32: 0.1}
    assert multipliers.best_cell(PRINTED) == (0.1, 32)


def test_edges_are_named():
    found = multipliers.best_table(grid(lambda k, e, lr: 0.3 + 0.01 * k * (1 if lr == 0.1 else -1)))
    assert set(found.loc[found["lr"] == 0.1, "edge"]) == {"highest"}
    assert set(found.loc[found["lr"] == 0.3, "edge"]) == {"lowest"}
    assert found["pretrained layers' rate"].tolist() == pytest.approx([0.1] * 3 + [0.015] * 3)
    assert multipliers.edge_of([1, 2, 3], 2) == multipliers.edge_of([1], 1) == ""


def test_validation_chooses_k_and_lr():
    inside = grid(lambda k, e, lr: 0.3 + 0.1 * (k == 0.25) + 0.01 * (lr == 0.3))
    assert multipliers.chosen_multiplier(inside) == (0.25, 0.3, "the highest lr tried")
    assert multipliers.chosen_multiplier(grid(lambda k, e, lr: 0.3 - 0.1 * k - 0.1 * lr))[2] == (
        "the lowest k tried, the lowest lr tried"
    )


def test_gaps_are_paired():
    runs = grid(lambda k, e, lr: 0.3 - 0.02 * (k == 1) * e)
    gap = multipliers.smaller_gap(runs, 0.1, [2.0]).interval()
    assert (gap.estimate, gap.low, gap.high) == pytest.approx((0.04, 0.04, 0.04))
    assert multipliers.smaller_gap(runs, 0.1, [1.0, 2.0]).interval().estimate == pytest.approx(0.03)
    assert multipliers.longer_gap(runs, 0.1, 2.0, 0.5).interval().estimate == pytest.approx(-0.02 * 1.5 / 3)
    with pytest.raises(ValueError, match="no run at lr 5: choose one of 0.1, 0.3"):
        multipliers.table(runs, 5)


def test_the_number_that_decides_explains_all():
    by_rate = grid(lambda k, e, lr: 0.3 + 0.01 * np.log10(k * lr), rates=(0.03, 0.1, 0.3))
    found = multipliers.explained(by_rate, 2.0)
    assert found["rate"].estimate == pytest.approx(1)
    assert found["k"].estimate < 0.8
    assert found["rate − k"].low > 0
    by_head = multipliers.explained(grid(lambda k, e, lr: 0.3 + 0.01 * lr), 2.0)
    assert by_head["lr"].estimate == pytest.approx(1)
    assert by_head["k"].estimate == pytest.approx(0)
    assert multipliers.by_rate(by_rate, 2.0)["rate"].is_monotonic_increasing


def test_the_printed_table_agrees_with_itself():
    found = multipliers.printed_agreement(grid(like_printed, ks=tuple(PRINTED.index)), 0.1)
    assert found.all_cells.estimate == pytest.approx(1)
    assert found.within_epochs.estimate == pytest.approx(1)


def test_more_epochs_alone_make_an_agreement_that_says_nothing_of_k():
    opposite = grid(lambda k, e, lr: 2 * PRINTED[e].mean() - PRINTED.loc[k, e], ks=tuple(PRINTED.index))
    found = multipliers.printed_agreement(opposite, 0.1)
    assert found.all_cells.estimate > 0.6
    assert 0.6 < found.mirrored < 1
    assert found.within_epochs.estimate == pytest.approx(-1)
    with pytest.raises(ValueError, match="a correlation needs three and two"):
        multipliers.printed_agreement(grid(like_printed, ks=(0.05, 1.0)), 0.1)
