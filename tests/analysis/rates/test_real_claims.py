"""Claims on graduated rates and sources on real images: an edge of the side that is behind decides nothing."""

import pytest

from course_lib.analysis.claims import find_claims
from course_lib.analysis.rates import real_sources
from course_lib.analysis.verdicts import judge
from course_lib.training.graduated import BASE_RATE, HEAD_MULTIPLIER
from fake_real import runs_of, task_index


def verdict_on(name, accuracies):
    """Verdict on a claim at profile real from fake runs; `accuracies`: study → accuracy of a trial."""
    (claim,) = find_claims(ids=[name])
    runs = {study: runs_of(study, accuracy) for study, accuracy in accuracies.items()}
    return judge(claim.at("real"), runs, {study: len(own) for study, own in runs.items()})


def scale(trial):
    return round(trial.recipe.lr / (BASE_RATE * HEAD_MULTIPLIER), 6)


def graduated(best, height, head=0.5):
    """Graduated rates best at one scale, with a small difference between tasks; the last layer alone at one height."""

    def accuracy(trial):
        if trial.recipe.multiplier_of("stage4") == 0:
            return head if trial.recipe.lr == 0.01 else head - 0.1  # inside of the rates tried
        return height * (1.0 if scale(trial) == best else 0.8) + 0.005 * (task_index(trial) % 3)

    return accuracy


@pytest.mark.parametrize(
    ("best", "height", "verdict", "at_edge"),
    [
        (2.0, 0.8, "reproduced", False),
        (10.0, 0.8, "reproduced", False),  # a higher scale would only add to the gain
        (2.0, 0.3, "contradicted", False),
        (10.0, 0.3, "undecided", True),
        (0.25, 0.3, "undecided", True),
    ],
)
def test_the_chosen_scale_against_the_fixed_baseline(best, height, verdict, at_edge):
    found = verdict_on("scales-best-of-11-gains", {"real_scales": graduated(best, height)})
    assert (found.verdict, found.at_edge) == (verdict, at_edge)


def test_all_layers_have_to_win_with_both_statistics():
    """With running statistics every scale is the same here, so that validation takes the lowest: an edge if behind."""
    study = {"real_scales": graduated(2.0, 0.8), "real_running": graduated(0.12, 0.8)}
    assert verdict_on("sources-all-layers", study).verdict == "reproduced"
    found = verdict_on("sources-all-layers", study | {"real_scales": graduated(2.0, 0.3)})
    assert (found.verdict, found.reason.split(" (of")[0]) == ("contradicted", "batch statistics")
    assert verdict_on("sources-all-layers", study | {"real_scales": graduated(10.0, 0.3)}).verdict == "undecided"


def test_sources_against_random_weights_of_their_network():
    def accuracy(trial):
        if trial.recipe.start is None:
            return {0.01: 0.2, 0.03: 0.3, 0.1: 0.25}[trial.recipe.lr]
        return 0.5 + 0.05 * (scale(trial) == 3) + 0.005 * (task_index(trial) % 3)

    study = {"real_scales": accuracy, "real_sources": accuracy}
    assert verdict_on("sources-useful", study).verdict == "reproduced"
    records = [run for name in study for run in runs_of(name, accuracy)]
    gains = real_sources.gains_over_random(records)
    assert set(gains) == set(real_sources.random_weights(records))
    assert all(gap.estimate == pytest.approx(0.255, abs=0.01) and not gap.edge for gap in gains.values())
