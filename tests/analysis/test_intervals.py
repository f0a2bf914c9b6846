import numpy as np
import pytest
from scipy.special import comb

from course_lib.analysis.intervals import (
    Interval,
    accuracy_interval,
    bootstrap_interval,
    both_errors,
    count_shown,
    independent_difference,
    mcnemar,
    paired_difference,
    seed_interval,
)


def wilson_by_hand(correct, total, z=1.959963984540054):
    share, squared = correct / total, z * z
    centre = (share + squared / (2 * total)) / (1 + squared / total)
    half = z * np.sqrt(share * (1 - share) / total + squared / (4 * total**2)) / (1 + squared / total)
    return centre - half, centre + half


@pytest.mark.parametrize(("correct", "total"), [(190, 236), (46, 47), (143, 236), (947, 2108), (0, 47), (47, 47)])
def test_wilson_is_the_formula(correct, total):
    found = accuracy_interval(correct, total)
    assert found.estimate == correct / total
    assert (found.low, found.high) == pytest.approx(wilson_by_hand(correct, total), abs=1e-12)


def test_wilson_known_values():
    found = accuracy_interval(190, 236)
    assert (round(found.low, 4), round(found.high, 4)) == (0.7498, 0.8506)
    found = accuracy_interval(46, 47)  # the homework's 97.87 %, which appears eight times in Table VIII
    assert (round(found.low, 4), round(found.high, 4)) == (0.8889, 0.9962)
    assert str(found) == "97.9 % [88.9, 99.6]"


@pytest.mark.parametrize(("correct", "total"), [(1, 0), (-1, 10), (11, 10)])
def test_wilson_refuses_impossible_counts(correct, total):
    with pytest.raises(ValueError, match=f"{correct} of {total} images"):
        accuracy_interval(correct, total)


def test_wilson_covers_the_truth():
    rng = np.random.default_rng(0)
    counts = rng.binomial(236, 0.8, size=400)
    known = {k: accuracy_interval(int(k), 236) for k in set(counts.tolist())}
    covered = np.mean([known[k].low <= 0.8 <= known[k].high for k in counts.tolist()])
    assert 0.92 <= covered <= 0.98


def test_seed_interval_by_hand():
    found = seed_interval([0.80, 0.82, 0.87])
    assert found.estimate == pytest.approx(0.83)
    half = 4.302652729911275 * np.std([0.80, 0.82, 0.87], ddof=1) / np.sqrt(3)  # t with 2 degrees of freedom
    assert (found.low, found.high) == pytest.approx((0.83 - half, 0.83 + half))


def test_seed_interval_covers_the_truth():
    rng = np.random.default_rng(1)
    found = [seed_interval(row) for row in rng.normal(0.8, 0.02, size=(1000, 3))]
    assert 0.93 <= np.mean([f.low <= 0.8 <= f.high for f in found]) <= 0.97


@pytest.mark.parametrize("values", [[], [0.8], [0.8, float("nan")]])
def test_seed_interval_refuses(values):
    with pytest.raises(ValueError, match=r"spread over seeds|a value over seeds is not finite"):
        seed_interval(values)


def exact_mcnemar(only_a, only_b):
    n, k = only_a + only_b, min(only_a, only_b)
    return min(1.0, 2 * sum(comb(n, i, exact=True) for i in range(k + 1)) / 2**n)


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (1, 0), (5, 0), (9, 2), (7, 7), (30, 12)])
def test_mcnemar_is_exact(only_a, only_b):
    a, b = "1" * only_a + "0" * only_b + "1100", "0" * only_a + "1" * only_b + "1100"
    found = mcnemar(a, b)
    assert (found.only_a, found.only_b, found.both, found.neither) == (only_a, only_b, 2, 2)
    assert found.p_value == pytest.approx(exact_mcnemar(only_a, only_b))


def test_mcnemar_by_hand():
    assert mcnemar("11111", "00000").p_value == 2 / 32


def test_paired_difference_is_signed_and_symmetric():
    a, b = "1" * 60 + "0" * 40, "1" * 45 + "0" * 55
    found, back = paired_difference(a, b), paired_difference(b, a)
    assert found.estimate == pytest.approx(0.15)
    assert found.low == pytest.approx(-back.high, abs=0.01)
    assert 0.07 <= found.low < 0.10
    assert 0.20 < found.high <= 0.23


def test_paired_difference_profits_from_pairing():
    rng = np.random.default_rng(2)
    easy = rng.uniform(size=500)
    a, b = ("".join("1" if e < limit else "0" for e in easy) for limit in (0.83, 0.80))
    paired = paired_difference(a, b)
    shuffled = paired_difference(a, "".join(rng.permutation(list(b))))
    assert paired.high - paired.low < 0.5 * (shuffled.high - shuffled.low)


def test_paired_difference_covers_the_truth():
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(300):
        pairs = rng.choice(4, size=236, p=[0.7, 0.15, 0.05, 0.1])  # both, only A, only B, neither
        a = "".join("1" if p in (0, 1) else "0" for p in pairs)
        b = "".join("1" if p in (0, 2) else "0" for p in pairs)
        found = paired_difference(a, b, resamples=999)
        covered += found.low <= 0.10 <= found.high
    assert 0.91 <= covered / 300 <= 0.98


def test_paired_difference_averages_seeds():
    found = paired_difference(["1100", "1000"], ["0000", "0000"])
    assert found.estimate == pytest.approx(0.375)
    assert paired_difference("10" * 20, "10" * 20) == paired_difference(["10" * 20], ["10" * 20])
    assert paired_difference("10", "10").high == 0


@pytest.mark.parametrize(
    ("a", "b", "message"), [("101", "10", r"lengths \[2, 3\]"), ("", "", "lengths"), ("1x", "10", "'x'")]
)
def test_paired_comparisons_refuse(a, b, message):
    for compare in (mcnemar, paired_difference):
        with pytest.raises(ValueError, match=message):
            compare(a, b)


def test_independent_difference_is_newcombes():
    """Newcombe (1998), Table II: 56/70 − 48/80 by method 10."""
    found = independent_difference(accuracy_interval(56, 70), accuracy_interval(48, 80))
    assert (found.estimate, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    back = independent_difference(accuracy_interval(48, 80), accuracy_interval(56, 70))
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_independent_difference_covers_the_truth():
    rng = np.random.default_rng(4)
    pairs = zip(rng.binomial(47, 0.6, size=400), rng.binomial(2108, 0.5, size=400), strict=True)
    found = [independent_difference(accuracy_interval(a, 47), accuracy_interval(b, 2108)) for a, b in pairs]
    assert 0.92 <= np.mean([f.low <= 0.1 <= f.high for f in found]) <= 0.98


def test_two_errors_add_in_squares():
    seeds, images = Interval(0.1, 0.07, 0.13, "a"), Interval(0.1, 0.06, 0.16, "b")
    found = both_errors(seeds, images)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.1, 0.05, 0.1 + 0.0045**0.5))
    assert found.method == "a and b"


def test_a_difference_is_printed_in_points_and_an_accuracy_in_per_cent():
    accuracies = accuracy_interval(190, 236), accuracy_interval(143, 236)
    apart = independent_difference(*accuracies)
    assert str(apart) == "19.9 points [11.7, 27.7]"
    assert paired_difference("1100", "1000").unit == "points"
    assert both_errors(seed_interval([0.1, 0.2]), apart).unit == "points"
    assert seed_interval([0.1, 0.2], unit="points").unit == "points"
    assert {found.unit for found in (*accuracies, seed_interval([0.8, 0.9]))} == {"%"}


def test_average_precisions_are_compared_like_images():
    """The mean over concepts and its bootstrap take any units: those of 0 and 1 give what their text gives."""
    rng = np.random.default_rng(5)
    a = rng.uniform(size=40)
    found = paired_difference(a, a - 0.1, things="concepts")
    assert (found.estimate, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))  # every concept gains the same
    assert found.method == "bootstrap, 40 shared concepts"
    alone = bootstrap_interval(a, things="concepts")
    error = a.std() / np.sqrt(40)
    assert (alone.low, alone.high) == pytest.approx((a.mean() - 1.96 * error, a.mean() + 1.96 * error), abs=0.02)
    text, other = "1101000111", "1001100101"
    arrays = [np.array([float(sign) for sign in one]) for one in (text, other)]
    assert paired_difference(text, other) == paired_difference(*arrays) == paired_difference([text], [arrays[1]])


def test_units_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        paired_difference([0.5, float("nan")], [0.5, 0.5])
    with pytest.raises(ValueError, match="counts images right and wrong"):
        mcnemar([0.5, 1.0], [0.0, 1.0])


def test_a_number_that_is_no_percentage_is_printed_as_it_is():
    assert str(Interval(0.512, -0.047, 0.9, "bootstrap, 12 targets", unit="")) == "0.51 [-0.05, 0.90]"
    assert str(Interval(0.512, -0.047, 0.9, "bootstrap, 12 targets")) == "51.2 % [-4.7, 90.0]"


def test_intervals_that_exclude_zero_are_counted_without_those_of_an_edge():
    ends = [(0.01, 0.03, ""), (0.0, 0.03, ""), (-0.03, -0.01, ""), (-0.03, -0.01, "at 0.1"), (0.01, 0.03, "at 0.1")]
    found = [Interval(0.0, low, high, "fake", edge=edge) for low, high, edge in ends]
    assert count_shown(found) == (1, 1)
