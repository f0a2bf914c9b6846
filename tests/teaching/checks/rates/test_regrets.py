"""Check of lesson 13 on what is lost by taking the source with the highest score."""

import numpy as np
import pytest

from course_lib.teaching.checks.cases import case_generator, fixed_cases
from course_lib.teaching.checks.rates import regrets


def losses(scores, accuracies):
    return np.nanmax(accuracies, 1) - accuracies[np.arange(len(scores)), np.nanargmax(scores, 1)]


def mean(scores, accuracies):
    return losses(scores, accuracies).mean()


def argmax(scores, accuracies):
    return (np.nanmax(accuracies, 1) - accuracies[np.arange(len(scores)), scores.argmax(1)]).mean()


def zeros(scores, accuracies):
    scores, known = np.nan_to_num(scores), np.nan_to_num(accuracies)
    return (known.max(1) - known[np.arange(len(scores)), scores.argmax(1)]).mean()


def whole(scores, accuracies):
    kept = ~np.isnan(scores).any(1)
    return mean(scores[kept], accuracies[kept])


WRONG = {
    "check_mean_regret": [
        (argmax, "NaN wins in argmax"),
        (zeros, "NaN became 0"),
        (whole, "it leaves out targets that have a NaN"),
        (lambda s, a: mean(-s, a), "it takes the lowest score"),
        (lambda s, a: mean(s, a) - (np.nanmax(a, 1) - np.nanmean(a, 1)).mean(), "against the mean source"),
        (lambda s, a: -mean(s, a), "the sign is wrong"),
        (lambda s, a: np.nanmax(a, 1).mean() - mean(s, a), "that is the accuracy of the chosen source"),
        (lambda s, a: np.nanmax(a, 1).mean(), "that is the mean accuracy of the best source"),
        (lambda s, a: mean(a, s), "it compares the scores"),
        (lambda s, a: (np.nanmax(a, 1) - np.nanmax(s, 1)).mean(), "it compares a score with an accuracy"),
        (lambda s, a: np.nanmean(np.nanmax(a, 1) - a[:, np.nanmean(s, 0).argmax()]), "it takes one source for all"),
        (lambda s, a: mean(s.T, a.T), "it chooses a target for each source"),
        (lambda s, a: losses(s, a).sum(), "that is the sum over the targets"),
        (lambda s, a: losses(s, a).max(), "that is the largest loss"),
        (lambda s, a: np.median(losses(s, a)), "that is the median"),
        (lambda s, a: (losses(s, a) > 0).mean(), "that is the share of targets"),
        (lambda s, a: (losses(s, a) / np.nanmax(a, 1)).mean(), "it is relative to the best"),
        (lambda s, a: 100 * mean(s, a), "100 times too large"),
        (losses, "it should return one number, not ndarray"),
        (lambda s, a: f"{mean(s, a)}", "it should return one number, not str"),
        (lambda s, a: mean(s, a) + 0.001, "the answer is"),
        (lambda s, a: mean(s, a) if len(s) > 1 else 0, "not for a single target"),
        (lambda s, a: mean(np.where(s > -30, s, np.where(np.isnan(s), s, 0)), a), "scores that are all negative"),
        (lambda s, a: min(mean(s, a), 1), "accuracies in per cent"),
    ],
}


@pytest.mark.parametrize("seed", range(20))
def test_some_sources_are_no_candidates_and_some_targets_have_all(seed):
    with fixed_cases(seed):
        draw = case_generator()
        scores, accuracies = regrets._draw(draw, 5, 6, 2)
    assert np.array_equal(np.isnan(scores), np.isnan(accuracies))
    assert np.isnan(scores).any(axis=1).sum() == 2
    assert (scores[~np.isnan(scores)] < 1).all()
