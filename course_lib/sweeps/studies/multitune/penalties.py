"""L2-SP beside no penalty, L2 and later methods, on all and on few images of the fine-grained set."""

from collections.abc import Iterator

from course_lib.sweeps.studies.multitune.comparison import LAST, VARY, row_data
from course_lib.sweeps.studies.multitune.methods import full
from course_lib.sweeps.studies.multitune.profiles import DRAWN, MultituneProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.penalties.settings import BSS, L2, L2SP, MARS, SPD, Delta
from course_lib.training.recipe import Recipe

BETA = 0.01  # of new weights, in all methods that pull these to zero
ROWS = (None, 10)


def _methods(profile: MultituneProfile) -> Iterator[tuple[str, dict]]:
    """Name and settings of every method; those that pull the new weights to zero do it alike."""
    yield "none", {}
    for alpha in profile.alphas:
        yield f"L2 α={alpha:g}", {"penalty": L2(alpha=alpha, beta=BETA)}
        yield f"L2-SP α={alpha:g}", {"penalty": L2SP(alpha=alpha, beta=BETA)}
    yield "L2-SP, all tensors", {"penalty": L2SP(alpha=0.01, beta=BETA, tensors="all")}
    yield "L2-SP, aliased start", {"penalty": L2SP(alpha=0.01, beta=BETA, start="aliased")}
    for alpha in profile.alphas[:2]:
        yield f"DELTA α={alpha:g}", {"penalty": Delta(alpha=alpha, beta=BETA)}
    yield "BSS", {"penalty": BSS()}
    yield "StochNorm", {"normalisation": "stochastic"}
    for strength in (0.1, 1.0):
        yield f"SPD λ={strength:g}", {"penalty": SPD(strength=strength)}
    for gamma in (2.0, 8.0):
        yield f"MARS-PGM γ={gamma:g}", {"penalty": MARS(gamma=gamma, head_gamma=8.0)}


def _penalties(profile: MultituneProfile, source: str, seeds: range) -> list[Trial]:
    rows = [per_class for per_class in ROWS if per_class in profile.rows] or [profile.rows[0]]
    recipes: list[Recipe] = [
        full(profile, lr, name=name, **settings) for name, settings in _methods(profile) for lr in profile.rates
    ]
    data = [row_data(profile, profile.sets(source)[0], per_class) for per_class in rows]
    return [Trial(recipe, one, seed, (LAST,)) for one in data for seed in seeds for recipe in recipes]


PENALTIES = Study(
    "penalties",
    "penalties on the distance from the start, and others, on all and on few images",
    _penalties,
    DRAWN,
    "multitune",
    data="mini:beetles",
    vary=VARY,
)
