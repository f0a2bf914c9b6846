"""Who judged which keyframes: part of the train part for training, a pool in strata for testing, as in TRECVID.

The shares and depths are our choices; those of TRECVID SIN 2013 are not published.
"""

from functools import lru_cache

import numpy as np
import torch

from course_lib.data.judgements import draw_judgements, pool_strata
from course_lib.data.mini.hashing import Dice
from course_lib.data.mini.keyframes import CONCEPTS, KEYFRAMES, NUM_TEST, NUM_TRAIN, describe_keyframes

# Train part: of each concept the images that a weak detector finds first, and a share of the others.
_FIRST = 0.1
_SHARES = (0.4, 0.9)  # of the others, lowest and highest over the concepts
_WEAK = 1.5  # distance of shown and not shown in the detector's score, whose noise has a standard deviation of 1.8
# Test part: how well the systems whose first images are pooled tell shown from not shown.
_SYSTEMS = (5.0, 4.0, 3.0, 2.0, 1.0)
DEPTHS = (60, 200, 600)
RATES = (1.0, 0.5, 0.2)


def judge_training(truth: torch.Tensor) -> torch.Tensor:
    """Labels of the train part (2000, K) of 0, 1 and NaN: not judged. `truth` are those of all images."""
    numbers = torch.arange(1, NUM_TRAIN + 1)
    ranks = _scores(truth, numbers, "weak detector", _WEAK).argsort(0, descending=True).argsort(0)
    levels = torch.cat([Dice(KEYFRAMES.seed, f"judged {name}", numbers).unit("level") for name in CONCEPTS], dim=1)
    shares = Dice(KEYFRAMES.seed, "judged share", torch.arange(len(CONCEPTS))).uniform("share", *_SHARES).T
    judged = (ranks < _FIRST * NUM_TRAIN) | (levels < shares)
    return torch.where(judged, truth, torch.nan)


@lru_cache(maxsize=1)
def test_pool() -> tuple[np.ndarray, np.ndarray]:
    """Strata (2000, K) of the test part, −1 outside the pool, and its judgements (2000, K): NaN for not judged."""
    numbers = torch.arange(NUM_TRAIN + 1, NUM_TRAIN + NUM_TEST + 1)
    truth = describe_keyframes(numbers).labels()
    rankings = [_scores(truth, numbers, f"system {i}", gap).double().numpy() for i, gap in enumerate(_SYSTEMS)]
    strata = pool_strata(rankings, DEPTHS)
    return strata, draw_judgements(truth.double().numpy(), strata, RATES, seed=KEYFRAMES.seed)


def _scores(truth: torch.Tensor, numbers: torch.Tensor, system: str, gap: float) -> torch.Tensor:
    """Scores (N, K) of a simulated detector: `gap` higher where the concept is shown, with logistic noise."""
    columns = [Dice(KEYFRAMES.seed, f"{system} {name}", numbers).unit("noise") for name in CONCEPTS]
    noise = torch.cat(columns, dim=1).clamp(1e-6, 1 - 1e-6)
    return gap * truth + torch.log(noise / (1 - noise))
