import numpy as np
import pytest

import fakes
from course_lib.analysis import best_runs, score_over_runs, seed_interval, select
from course_lib.analysis.homework import augmentations, printed_results
from course_lib.sweeps import finished_runs, study_trials
from course_lib.sweeps.studies.homework import ORDER_ROWS, TABLE_VIII

FLIP = "RandomHorizontalFlip(p=0.5)"
BLUR = "GaussianBlur(3)"


def runs_of(name, seeds=(0, 1, 2), **settings):
    settings = {"few_shot": True, "epochs": 3, "augmentation": TABLE_VIII[name], **settings}
    return [fakes.fake_run("full", "sgd", 0.03, s, **settings) for s in seeds]


def with_outcomes(*strings, name="none"):
    return [run | {"test_outcomes": s} for run, s in zip(runs_of(name, range(len(strings))), strings, strict=True)]


def test_every_record_finds_its_row():
    records = [run for name in reversed(TABLE_VIII) for run in runs_of(name, seeds=(0,))]
    rows = augmentations.by_augmentation(records, TABLE_VIII)
    assert list(rows) == list(TABLE_VIII)
    assert all(len(runs) == 1 for runs in rows.values())
    assert rows[FLIP][0]["recipe"]["augmentation"] == [{"name": "RandomHorizontalFlip", "p": 0.5}]


def test_rows_without_runs_are_left_out_and_orders_stay_apart():
    records = runs_of(BLUR) + runs_of(BLUR, order="after_normalisation")
    rows = augmentations.by_augmentation(select(records, augmentation_order="after_normalisation"), TABLE_VIII)
    assert list(rows) == [BLUR]
    assert len(rows[BLUR]) == 3


def test_the_runs_of_the_mistaken_orders_find_their_rows():
    """Rotations after normalisation fill the corners with 0, which is the mean colour there."""
    records = [{"recipe": task.recipe.model_dump(mode="json")} for task in study_trials("augmentation_order", seeds=1)]
    rows = augmentations.by_augmentation(records, TABLE_VIII)
    assert set(rows) == set(ORDER_ROWS)
    assert all(len(runs) == 2 * 2 for runs in rows.values())


def test_a_run_of_no_row_is_refused():
    with pytest.raises(ValueError, match="no row has the transforms"):
        augmentations.by_augmentation(runs_of(FLIP), {"none": ()})


def test_every_row_has_a_kind():
    kinds = {augmentations.augmentation_kind(steps) for name, steps in TABLE_VIII.items() if steps}
    assert kinds == {"colour", "flip and rotation", "blur"}
    with pytest.raises(ValueError, match="no transform"):
        augmentations.augmentation_kind(())


def test_a_gain_is_paired_by_seed():
    """Seeds that differ a lot, and a gain that does not: the paired interval is narrow."""
    plain = with_outcomes("1100000000" * 20, "1111111100" * 20)
    better = with_outcomes("1110000000" * 20, "1111111110" * 20, name=FLIP)
    gain = augmentations.augmentation_gains({"none": plain, FLIP: better})[FLIP]
    assert gain.estimate == pytest.approx(0.1)
    assert 0.05 < gain.low < gain.high < 0.15
    swapped = augmentations.augmentation_gains(
        {"none": plain, FLIP: [better[1] | {"seed": 0}, better[0] | {"seed": 1}]}
    )
    assert swapped[FLIP].estimate == pytest.approx(0.1)
    assert swapped[FLIP].low < -1


def test_a_single_seed_knows_the_images_error_alone():
    pair = {"none": with_outcomes("1100" * 50), FLIP: with_outcomes("1110" * 50, name=FLIP)}
    assert augmentations.augmentation_gains(pair)[FLIP].method.startswith("bootstrap")


def test_more_disagreement_between_seeds_widens_the_interval():
    rng = np.random.default_rng(0)
    plain = ["".join(rng.choice(["0", "1"], 400)) for _ in range(3)]
    flipped = {"steady": [s.replace("0", "1", 20) for s in plain], "unsteady": []}
    for count, outcomes in zip((0, 20, 40), plain, strict=True):
        flipped["unsteady"].append(outcomes.replace("0", "1", count))
    width = {}
    for name, outcomes in flipped.items():
        found = augmentations.augmentation_gains(
            {"none": with_outcomes(*plain), FLIP: with_outcomes(*outcomes, name=FLIP)}
        )
        assert found[FLIP].estimate == pytest.approx(0.05)
        width[name] = found[FLIP].high - found[FLIP].low
    assert width["unsteady"] > 2 * width["steady"]


def test_gains_without_a_baseline_or_a_common_seed_are_refused():
    with pytest.raises(ValueError, match="no run of 'none'"):
        augmentations.augmentation_gains({FLIP: runs_of(FLIP)})
    with pytest.raises(ValueError, match="no scored run with a common seed"):
        augmentations.augmentation_gains({"none": runs_of("none", (0,)), FLIP: runs_of(FLIP, (1,))})


GROUPS = {FLIP: "turned", BLUR: "blurred", "GaussianBlur(5)": "blurred"}


def many_outcomes(*shares, name, num_images=500):
    """One seed for each share of right images, the right ones first."""
    strings = ("1" * round(share * num_images) + "0" * round((1 - share) * num_images) for share in shares)
    runs = with_outcomes(*strings, name=name)
    return [run | {"test_accuracy": share} for run, share in zip(runs, shares, strict=True)]


def test_a_groups_gain_is_the_mean_of_its_rows_seed_by_seed():
    rows = {
        "none": many_outcomes(0.6, 0.7, name="none"),
        FLIP: many_outcomes(0.65, 0.76, name=FLIP),
        BLUR: many_outcomes(0.6, 0.68, name=BLUR),
        "GaussianBlur(5)": many_outcomes(0.58, 0.7, name="GaussianBlur(5)"),
    }
    found = augmentations.group_gains(rows, GROUPS)
    assert list(found) == ["turned", "blurred"]
    assert found["turned"].estimate == pytest.approx(np.mean([0.05, 0.06]))
    assert found["blurred"].estimate == pytest.approx(-0.01)
    of_seeds = seed_interval([-0.01, -0.01])  # both seeds lose a point, on the average of the two rows
    assert found["blurred"].low < of_seeds.low
    assert found["blurred"].high - found["blurred"].low < 0.05
    assert str(found["blurred"]).startswith("-1.0 points")
    one_seed = {name: runs[:1] for name, runs in rows.items()}
    assert augmentations.group_gains(one_seed, GROUPS)["turned"].method.startswith("bootstrap")


def test_more_rows_do_not_average_out_the_error_of_their_common_baseline():
    rng = np.random.default_rng(0)
    names = [name for name in TABLE_VIII if "Blur" in name]
    plain = {"none": many_outcomes(*rng.choice([0.6, 0.7, 0.8], 5, replace=True), name="none")}
    rows = {name: many_outcomes(*[0.7] * 5, name=name) for name in names}
    widths = []
    for some in (names[:1], names):
        gain = augmentations.group_gains(plain | {name: rows[name] for name in some}, dict.fromkeys(names, "blurred"))[
            "blurred"
        ]
        widths.append(gain.high - gain.low)
    assert widths[1] == pytest.approx(widths[0], rel=0.01)


def test_groups_without_a_name_a_baseline_or_a_common_seed_are_refused():
    rows = {"none": runs_of("none", (0,)), FLIP: runs_of(FLIP, (1,))}
    with pytest.raises(ValueError, match="is of no group"):
        augmentations.group_gains(rows, {})
    with pytest.raises(ValueError, match="no run of 'none'"):
        augmentations.group_gains({FLIP: rows[FLIP]}, GROUPS)
    with pytest.raises(ValueError, match="no scored run with a common seed"):
        augmentations.group_gains(rows, GROUPS)


def test_printed_gains():
    gains = augmentations.printed_gains()
    assert list(gains) == list(TABLE_VIII)[1:]
    best = gains["RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg)"]
    assert best.estimate == pytest.approx((1782 - 1644) / 2108)
    assert 0.04 < best.low < best.estimate < best.high < 0.09
    same = gains["RandomHorizontalFlip(p=0.5), RandomAffine(± 60 deg)"]  # 77.99 % like the baseline
    assert same.low == pytest.approx(-same.high)
    with pytest.raises(ValueError, match="no row 'flip'"):
        augmentations.printed_gains("flip")


def test_the_order_alone_is_enough_for_the_rows_that_collapsed():
    """What lesson 07 tells its readers to remember, in the finished runs that come with the course."""
    runs = select(finished_runs("augmentation_order"), augmentation_order="after_normalisation_and_in_val")
    rows, printed = augmentations.by_augmentation(runs, TABLE_VIII), printed_results(table="VIII")
    printed = {row.augmentation: row.test_percent / 100 for row in printed}
    largest = 411 / 2108  # the elephants' share of the few-shot test images
    for name in ORDER_ROWS:
        reached = score_over_runs(best_runs(rows[name]))
        if name.startswith("ColorJitter"):
            assert reached.low <= largest, name
            assert reached.estimate < printed[name], name
        else:
            assert reached.low > 0.7, name
    hue = score_over_runs(best_runs(rows["ColorJitter(hue=0.05)"]))
    assert hue.high < printed["ColorJitter(hue=0.05)"]


def test_groups_and_equal_experiments_as_tables():
    names = ["none", *(name for name in TABLE_VIII if "Blur" in name)]
    shares = {name: (0.6, 0.7) if name == "none" else (0.62, 0.71) for name in names}
    rows = {name: many_outcomes(*shares[name], name=name) for name in names}
    rows["GaussianBlur(13)"] = many_outcomes(0.64, 0.73, name="GaussianBlur(13)")
    groups = dict.fromkeys(names[1:], "blur")
    table = augmentations.groups_table(rows, groups)
    assert table.loc["blur", ("measured", "least")] == pytest.approx(1.5)
    assert table.loc["blur", ("measured", "most")] == pytest.approx(3.5)
    assert table.loc["blur", ("printed", "most")] == pytest.approx(4.0)  # kernel 7: 81.97 against 77.99
    same = augmentations.same_experiments_table(rows)
    assert same.loc["kernels 13–27", "measured test, highest − lowest"] == "2.00 points"
    assert same.loc["kernels 13–27", "printed test, highest − lowest"] == "1.90 points"
