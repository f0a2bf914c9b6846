"""Build the drawn sets with several concepts an image: keyframes as in TRECVID, photographs as in PASCAL VOC."""

from collections.abc import Callable

import torch

from course_lib.data.mini.catalogue import CATEGORIES
from course_lib.data.mini.keyframe_judges import judge_training
from course_lib.data.mini.keyframe_pictures import draw_all
from course_lib.data.mini.keyframes import (
    CONCEPTS,
    KEYFRAMES,
    NUM_TEST,
    NUM_TRAIN,
    Script,
    describe_keyframes,
    keyframe_name,
)

Drawn = tuple[torch.Tensor, torch.Tensor, tuple[str, ...], tuple[str, ...]]
Progress = Callable[[int, int], None]
VOC_TRAIN, VOC_TEST = 1500, 1500
# The categories nearest to the twenty of PASCAL VOC, with how much more likely than elsewhere each is; as there, a
# person is the most common.
_VOC_FACTORS = {
    "aeroplane": 9, "bicycle": 2, "duck": 2, "sailboat": 1, "bottle": 2.5, "bus": 1.3, "car": 2, "cat": 1.5, "chair": 3,
    "cow": 1.5, "table": 2.5, "dog": 1.2, "horse": 1.5, "tractor": 2, "person": 2.2, "flower": 3, "sheep": 1.5,
    "train": 6, "umbrella": 1.5, "guitar": 0.7,
}  # fmt: skip
VOC_CONCEPTS = tuple(_VOC_FACTORS)
VOC = Script(
    "voc",
    seed=4,
    counts=(0.0, 0.42, 0.3, 0.18, 0.1, 0.0),
    traits={
        "rain": 0.06, "snowfall": 0.05, "fog": 0.05, "night": 0.08, "sunset": 0.1, "cartoon": 0.0,
        "black and white": 0.04, "sepia": 0.0, "letterbox": 0.0, "tilted": 0.08, "close-up": 0.3,
        "cut by the frame": 0.25,
    },
    factors=_VOC_FACTORS,
)  # fmt: skip


def build_keyframes(size: int = 48, *, progress: Progress | None = None) -> Drawn:
    """Draw the 4000 keyframes of ``mini:keyframes``; see `describe_keyframes` and `judge_training`.

    Returns: pixels uint8 (N, 3, size, size), labels float32 (N, K) of 0, 1 and, in the train part, NaN where nobody
    judged, names of the concepts, names 'train/shot_0001' … 'test/shot_4000'.
    """
    pixels = draw_all(KEYFRAMES, NUM_TRAIN + NUM_TEST, size, progress)
    truth = describe_keyframes(range(1, len(pixels) + 1)).labels()
    labels = torch.cat([judge_training(truth[:NUM_TRAIN]), truth[NUM_TRAIN:]])
    return pixels, labels, CONCEPTS, tuple(map(keyframe_name, range(1, len(pixels) + 1)))


def build_voc(size: int = 48, *, progress: Progress | None = None) -> Drawn:
    """Draw the 3000 photographs of ``mini:voc``: 20 categories, fully judged; names 'train/pic_0001' …

    Returns: as `build_keyframes`.
    """
    pixels = draw_all(VOC, VOC_TRAIN + VOC_TEST, size, progress)
    numbers = range(1, len(pixels) + 1)
    columns = [list(CATEGORIES).index(name) for name in VOC_CONCEPTS]
    labels = describe_keyframes(numbers, VOC).shown()[:, columns]
    names = tuple(f"{'train' if number <= VOC_TRAIN else 'test'}/pic_{number:04d}" for number in numbers)
    return pixels, labels, VOC_CONCEPTS, names
