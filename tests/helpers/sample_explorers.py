"""Every explorer on small data, for the tests and for the notebook that a real browser opens: the same in both."""

from functools import partial

import numpy as np
import torch

import fake_card
import fake_sources
import fakes
from course_lib.analysis.multitune.branches import Branches
from course_lib.data import TRANSFERS
from course_lib.figures import explorers, report_card
from course_lib.figures.extension.multiplier_map import multiplier_controls, multiplier_map
from course_lib.figures.multitune.eta import eta_controls, other_eta
from course_lib.figures.multitune.k_explorer import k_controls, one_k
from course_lib.figures.multitune.one_route import one_route, route_controls
from course_lib.figures.rates import choosing, heat_map, transfer_map
from course_lib.models import build, first_convolution, stage_maps, stage_work
from course_lib.training.drawn_answers import DrawnAnswers
from fake_features import multiplier_grid
from fake_rates import grid_of
from fake_routes import global_k_records
from fake_scales import scale_grid

NAMES = ("dog", "elephant", "giraffe")
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (12, 3, 48, 48), dtype=np.uint8)
LABELS = np.arange(12) % 3
PROBABILITIES = RNG.dirichlet([0.5, 0.5, 0.5], 12)
LOST = {"diverge_at": 0}  # what becomes of SGD from scratch at the rate 0.01
GRIDS = {
    "full": fakes.fake_grid("full", epochs=6),
    "scratch": [
        fakes.fake_run("scratch", optimizer, lr, seed, epochs=6, **(LOST if (optimizer, lr) == ("sgd", 0.01) else {}))
        for optimizer in ("sgd", "adam")
        for lr in fakes.RATES
        for seed in (0, 1, 2)
    ],
}
LAYERED = [
    run
    for place, pair in enumerate(TRANSFERS[:2])
    for head in (0.01, 0.1)
    for run in grid_of(pair, {0.0: 0.3, 0.001: 0.4, 0.01: 0.5 + 0.1 * place}, head=head, noise=0.02 + head)
]

PAIRS = [  # every source for two targets, at two rates
    run
    for lr, gain in ((0.01, 0.0), (0.03, 0.1))
    for run in fake_sources.source_grid(
        {"random": 0.4 + gain, "plants": 0.7, "tools": 0.2 + gain, "people": 0.45, "animals": 0.55},
        targets=("tools", "task-28"),
        lr=lr,
    )
]

CONCEPTS = np.where(RNG.random((12, 3)) < 0.2, np.nan, RNG.random((12, 3)) < 0.4)  # 12 images, NaN = not judged
CONCEPTS[:2] = [[1.0] * 3, [0.0] * 3]
CONCEPT_SCORES = {layer: RNG.random((12, 3)) + sure * np.nan_to_num(CONCEPTS) for layer, sure in
                  (("stage1", 0.2), ("stage2", 0.3), ("pool", 0.5), ("head", 0.4))}  # fmt: skip
RANKING = explorers.ranking_controls(CONCEPT_SCORES["pool"], NAMES)
MULTIPLIERS = multiplier_grid()
GLOBAL_K = global_k_records()
CHANCES = RNG.random((12, 4))
DRAWN = DrawnAnswers(
    CHANCES, CHANCES > 0.5, RNG.integers(0, 3, 12), RNG.random((8, 12, 4)) < CHANCES, RNG.integers(0, 3, (8, 12))
)

SURE = np.eye(3)[LABELS]  # branch a is surer of the right class than branch b
BRANCHES = Branches(2 * SURE + RNG.normal(size=(12, 3)), SURE + RNG.normal(size=(12, 3)), np.zeros(3), LABELS, 0.5,
                    {"a": np.array([1.0, 1.2, 1.4]), "b": np.array([0.9, 1.3, 0.8])})  # fmt: skip

SCALED = scale_grid(lambda t, k: 0.5 + 0.05 * k, scales=(0.25, 1.0, 4.0, 10.0))


def tuned(inner: float) -> list[dict]:
    """Finished runs whose inner stages all moved at this multiplier."""
    changes = {"start": "mini_resnet18", "multipliers": {"inner": inner}}
    return [{**run, "recipe": run["recipe"] | changes} for run in fakes.fake_grid(epochs=2)]


def _sample() -> dict[str, tuple]:
    torch.manual_seed(0)
    network = build("mini_squeezenet", len(NAMES))
    maps = stage_maps(network, torch.from_numpy(IMAGES) / 127.5 - 1)
    filters = first_convolution(network).weight.detach()
    work, records = stage_work(build("mini_resnet18", len(NAMES)), 48), tuned(0.0) + tuned(1.0)
    found = (LABELS, PROBABILITIES, NAMES)
    return {
        "augmented_batch": (
            partial(explorers.augmented_batch, IMAGES, LABELS, NAMES),
            explorers.augmentation_controls(),
        ),
        "feature_map": (partial(explorers.feature_map, IMAGES, maps, filters), explorers.layer_controls(maps)),
        "rate_curves": (partial(explorers.rate_curves, GRIDS), explorers.rate_controls(GRIDS)),
        "rate_map": (partial(heat_map.rate_map, LAYERED), heat_map.rate_map_controls(LAYERED)),
        "choice_noise": (partial(choosing.choice_noise_figure, SCALED, num_val=20), choosing.choice_controls(SCALED)),
        "freeze_depth": (partial(explorers.freeze_depth, work, records), explorers.depth_controls(work, records)),
        "concept_ranking": (
            partial(
                explorers.concept_ranking,
                IMAGES,
                CONCEPTS,
                CONCEPT_SCORES["pool"],
                NAMES,
                threshold=RANKING["threshold"][12],
            ),
            RANKING,
        ),
        "multiplier_map": (partial(multiplier_map, MULTIPLIERS), multiplier_controls(MULTIPLIERS)),
        "one_k": (partial(one_k, GLOBAL_K), k_controls(GLOBAL_K)),
        "one_route": (partial(one_route, IMAGES, LABELS, DRAWN, NAMES, ("1", "2", "3", "4")), route_controls(DRAWN)),
        "layer_fusion": (
            partial(explorers.layer_fusion, CONCEPT_SCORES, CONCEPTS, **explorers.last_three_weights(CONCEPT_SCORES)),
            explorers.fusion_controls(CONCEPT_SCORES),
        ),
        "other_eta": (partial(other_eta, BRANCHES), eta_controls()),
        "transfer_runs": (partial(transfer_map.transfer_runs, PAIRS), transfer_map.transfer_controls(PAIRS)),
        "verdicts_at_level": (
            partial(report_card.verdicts_at_level, fake_card.rows(), confidence=0.95),
            report_card.level_controls(),
        ),
        "mistake_gallery": (partial(explorers.mistake_gallery, IMAGES, *found), explorers.mistake_controls(*found)),
    }


SAMPLES = _sample()  # name → (figure function with its data, controls)


def make_explorer(name: str) -> explorers.Explorer:
    """The explorer of that name; its box has its name as a CSS class."""
    draw, controls = SAMPLES[name]
    return explorers.explore(draw, **controls).add_class(f"box-{name}")
