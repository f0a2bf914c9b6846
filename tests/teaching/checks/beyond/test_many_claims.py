"""Checks of lesson 26 on many claims."""

import pytest

from course_lib.teaching.checks.beyond import many_claims
from course_lib.teaching.checks.cases import fixed_cases


def stepping(bound):
    """A stepwise rule with another bound for the place among the sorted p-values."""

    def held(p_values, level):
        p = sorted(p_values)
        return next((k for k, own in enumerate(p) if own > bound(k, len(p), level)), len(p))

    return held


WRONG = {
    "check_expected_by_chance": [
        (lambda n, c: n * (1 - c), "both tails are counted"),
        (lambda n, c: n - n * (1 - c) / 2, "*not* reproduced"),
        (lambda n, c: c * n, "that hold the truth"),
        (lambda n, c: (1 - c) / 2, "the chance of one claim"),
        (lambda n, c: 1 - (0.5 + c / 2) ** n, "at least one"),
        (lambda n, c: (n * (1 - c)) // 2, "do not round"),
        (lambda n, c: 50 * (n - n * c), "per cent"),
        (lambda n, c: n * (1 - c) / 2 + 0.01, "the answer is"),
        (lambda n, c: [n, (1 - c) / 2], "it should return one number"),
        (lambda n, c: n * (1 - c) / 2 if n > 1 else 0, "but not for a single claim"),
    ],
    "check_holm": [
        (lambda p, level: sum(own <= level for own in p), "no test pays"),
        (lambda p, level: len([own for own in p if own * len(p) <= level]), "that is Bonferroni"),
        (lambda p, level: sum(own <= level / (len(p) - k) for k, own in enumerate(sorted(p))), "the first one ends it"),
        (stepping(lambda k, n, level: level / (n - k + 1)), "one test too strict"),
        (stepping(lambda k, n, level: level / (k + 1)), "the bounds rise"),
        (lambda p, level: p, "it should return"),
        (lambda p, level: 3, "the answer is"),
        (lambda p, level: stepping(lambda k, n, a: a / (n - k))(p, 0.05), "but not for another level"),
    ],
}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("check", "mistakes"),
    [
        (many_claims.check_expected_by_chance, many_claims._WRONG_EXPECTED),
        (many_claims.check_holm, many_claims._WRONG_HOLM),
    ],
)
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(check, mistakes, seed, capsys):
    for message, mistake in mistakes:
        with fixed_cases(seed):
            assert check(mistake) is False
        assert message in capsys.readouterr().out
