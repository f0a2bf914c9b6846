"""Check of lesson 16 on a schedule that keeps the ratios of the rates."""

import pytest

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.multitune import schedules


def setting(rate_of):
    """Sets each group's rate by a rule of all groups, the group and the factor."""

    def set_rates(groups, factor):
        rates = [rate_of(groups, group, factor) for group in groups]
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate
        return groups

    return set_rates


right = setting(lambda groups, group, factor: group["initial_lr"] * factor)


def some(which):
    """Sets the rates of some groups alone."""

    def set_rates(groups, factor):
        right(groups[which], factor)
        return groups

    return set_rates


def new_groups(groups, factor):
    return [group | {"lr": group["initial_lr"] * factor} for group in groups]


def forgetful(groups, factor):
    for group in groups:
        group["initial_lr"] = group["lr"] = group["initial_lr"] * factor
    return groups


def without_momentum(groups, factor):
    for group in groups:
        group.pop("momentum", None)
    return right(groups, factor)


def with_other_momentum(groups, factor):
    for group in groups:
        group["momentum"] = 0.5
    return right(groups, factor)


def by_known_steps(groups, factor):
    steps = {1.0: 1.0, 0.1: 0.1}
    return right(groups, steps.get(factor, 0.01))


WRONG = {
    "check_set_rates": [
        (setting(lambda groups, group, factor: groups[0]["initial_lr"] * factor), "every group gets one rate"),
        (setting(lambda groups, group, factor: max(g["initial_lr"] for g in groups) * factor), "the smaller rates are"),
        (setting(lambda groups, group, factor: 0.1 * factor), "every group gets one rate"),
        (setting(lambda groups, group, factor: factor), "every group gets the factor"),
        (setting(lambda groups, group, factor: group["lr"] * factor), "the factors pile up"),
        (setting(lambda groups, group, factor: group["initial_lr"] / factor), "it divides by the factor"),
        (setting(lambda groups, group, factor: group["initial_lr"] - factor), "it subtracts"),
        (some(slice(0, 1)), "only the first group changes"),
        (some(slice(-1, None)), "only the last group changes"),
        (new_groups, "the groups keep their first rates"),
        (forgetful, "it changes initial_lr"),
        (without_momentum, "it changes the list of groups, or their entries"),
        (with_other_momentum, "it changes the list of groups, or their entries"),
        (lambda groups, factor: [group["lr"] for group in right(groups, factor)], "it should return the groups"),
        (by_known_steps, "but not for other factors"),
        (lambda groups, factor: right(groups, min(factor, 1.0)), "but not for other factors"),
        (some(slice(0, 5)), "but not for many groups"),
        (setting(lambda groups, group, factor: 3.0), "the rates should end at"),
    ]
}


@pytest.mark.parametrize("seed", range(3))
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(seed, capsys):
    for message, mistake in schedules._MISTAKES:

        def wrong(groups, factor, mistake=mistake):
            rates = mistake([g["initial_lr"] for g in groups], [g["lr"] for g in groups], factor)
            for group, rate in zip(groups, rates, strict=True):
                group["lr"] = rate
            return groups

        with fixed_cases(seed):
            assert schedules.check_set_rates(wrong) is False
        assert message in capsys.readouterr().out
