"""Checks of lesson 14 on average precision."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.extension import averages, precision, rankings


def ap(y, s):
    return average_precision_score((y == 1).astype(int), s)


def known(y, s):
    return y[~np.isnan(y)], s[~np.isnan(y)]


def aps(y, s, fill=None):
    columns = [(a if fill is None else np.nan_to_num(a, nan=fill), b) for a, b in zip(y.T, s.T, strict=True)]
    return np.array([ap(*known(a, b)) if (a == 1).any() else np.nan for a, b in columns])


def hits(y, s):
    return y[np.argsort(-s)]


def curve(y, s):
    return hits(y, s).cumsum() / np.arange(1, len(y) + 1)


def ranks(y, s):
    return np.where(hits(y, s) == 1)[0] + 1


WRONG = {
    "check_average_precision": [
        (lambda y, s: ap(y, -s), "the order is ascending"),
        (lambda y, s: sum(curve(y, np.arange(len(y), 0, -1)) * y) / sum(y), "it takes the images in the order given"),
        (roc_auc_score, "that is the area under the ROC curve"),
        (lambda y, s: sum(hits(y, s)[: sum(y)]) / sum(y), "that is the precision at rank R"),
        (lambda y, s: (curve(y, s) * hits(y, s)).mean(), "it divides by the number of images"),
        (lambda y, s: np.mean([i / r for i, r in enumerate(ranks(y, s))]), "the positives are counted from 0"),
        (
            lambda y, s: np.mean(np.maximum.accumulate(curve(y, s)[::-1])[::-1][ranks(y, s) - 1]),
            "it is interpolated",
        ),
        (lambda y, s: curve(y, s).mean(), "that is the mean precision over all ranks"),
        (lambda y, s: sum(1 / r for r in ranks(y, s)) / sum(y), "it counts one positive at every rank"),
        (lambda y, s: 1 / min(ranks(y, s)), "that is the reciprocal rank"),
        (lambda y, s: sum(curve(y, s)[hits(y, s) > 0]), "that is the sum over the positives"),
        (lambda y, s: sum(y) / len(y), "that is the share of positive images"),
        (lambda y, s: ap(1 - y, s), "it averages over the negative images"),
        (lambda y, s: 100 * ap(y, s), "100 times too large"),
        (lambda y, s: ap(y, s) + 0.001, "the answer is"),
        (lambda y, s: ap(y, s) if len(y) < 20 else 0.5, "but not for many images"),
        (lambda y, s: curve(y, s), "it should return one number"),
    ],
    "check_judged_average_precision": [
        (ap, "an unjudged image counts as negative"),
        (lambda y, s: (curve(np.nan_to_num(y), s) * hits(np.nan_to_num(y), s)).sum() / np.nansum(y), "keeps its rank"),
        (lambda y, s: ap(np.where(np.isnan(y), 1, y), s), "an unjudged image counts as positive"),
        (lambda y, s: (curve(y, s) * hits(y, s)).sum() / y.sum(), "NaN spreads"),
        (lambda y, s: ap(y[y >= 0], s[: sum(y >= 0)]), "labels and scores no longer belong together"),
        (lambda y, s: ap(known(y, s)[0], -known(y, s)[1]), "the order is ascending"),
        (lambda y, s: ap(*known(y, s)) * sum(y == 1) / sum(y >= 0), "the number of judged images"),
        (lambda y, s: ap(*known(y, s)) * sum(y == 1) / len(y), "the number of images"),
        (lambda y, s: ap(*known(y, s)) * 100, "100 times too large"),
        (lambda y, s: ap(y[y == 1], s[y == 1]), "the answer is"),
        (lambda y, s: ap(y[y >= 0], s), "it stops with ValueError"),
        (lambda y, s: roc_auc_score(*known(y, s)), "the answer is"),
    ],
    "check_mean_average_precision": [
        (lambda y, s: np.nanmean(aps(y.T, s.T)), "it ranks the concepts of each image"),
        (lambda y, s: ap(*known(y.ravel(), s.ravel())), "it ranks all images and concepts in one list"),
        (
            lambda y, s: np.nansum(aps(y, s) * (y == 1).sum(0)) / (y == 1).sum(),
            "concepts weigh by their positive images",
        ),
        (lambda y, s: np.nan_to_num(aps(y, s)).mean(), "a concept without a positive image counts as 0"),
        (lambda y, s: np.nan_to_num(aps(y, s), nan=1).mean(), "a concept without a positive image counts as 1"),
        (lambda y, s: np.nanmean(aps(y, s, 0)), "an unjudged image counts as negative"),
        (lambda y, s: np.nan_to_num(aps(y, s, 0)).mean(), "unjudged images count as negative, and a concept"),
        (lambda y, s: np.nanmean(aps(y, s, 1)), "an unjudged image counts as positive"),
        (lambda y, s: aps(y, s).mean(), "NaN spreads"),
        (lambda y, s: np.nansum(aps(y, s)), "that is the sum over the concepts"),
        (lambda y, s: np.nanmedian(aps(y, s)), "that is the median over the concepts"),
        (lambda y, s: np.nanmean(aps(y, -s)), "the order is ascending"),
        (lambda y, s: 100 * np.nanmean(aps(y, s)), "100 times too large"),
        (lambda y, s: np.nanmax(aps(y, s)), "the answer is"),
        (aps, "it should return one number"),
    ],
}


@pytest.mark.parametrize("seed", range(5))
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(seed, capsys):
    tables = {
        precision.check_average_precision: rankings.WRONG,
        precision.check_judged_average_precision: averages.WRONG_JUDGED,
        precision.check_mean_average_precision: averages.WRONG_MEAN,
    }
    for check, mistakes in tables.items():
        for message, mistake in mistakes:
            with fixed_cases(seed):
                assert check(mistake) is False
            assert message in capsys.readouterr().out
