"""The homework's claims about augmentation (Section VII, Table VIII) as tests over finished runs.

All with full fine-tuning on 189 images by SGD; every row is compared with ``none`` or with another row on the same
2108 test images.
"""

from course_lib.analysis.comparisons import score_gap
from course_lib.analysis.homework.augmentations import by_augmentation
from course_lib.analysis.homework.printed import printed_number, printed_results
from course_lib.analysis.verdicts import POSITIVE, Claim, Region, about
from course_lib.sweeps.studies.homework import TABLE_VIII

NONE, INVERT, FLIP = "none", "RandomInvert(p=0.5)", "RandomHorizontalFlip(p=0.5)"
COLOURS = (
    "ColorJitter(brightness=0.01)",
    "ColorJitter(brightness=0.05)",
    "ColorJitter(contrast=0.05)",
    "ColorJitter(saturation=0.05)",
    "ColorJitter(hue=0.05)",
    "Greyscale()",
)
ANGLES = (1, 5, 7, 10, 22, 30, 45, 60)
KERNELS = (3, 5, 7, 9, 13, 17, 23, 27)  # a kernel of 1 changes nothing
NOTICEABLE = 0.03  # three points: what 2108 images show of a difference


def augmentation_claims() -> list[Claim]:
    """Claims of Section VII."""
    return [
        _claim(
            "colour-hurts", "none of the utilized color channel transformations with the exception of random inversion "
            "of individual color channels lead to any improvement of model's performance and instead caused a "
            "noticeable degradation of test accuracy",
            "test accuracy, each of the six colour rows minus none: at least 3 points lost",
            _against(NONE, COLOURS), Region(high=-NOTICEABLE),
        ),
        _claim(
            "inversion-does-not-hurt", "with the exception of random inversion of individual color channels",
            "test accuracy, RandomInvert minus none: no 3 points lost",
            _against(NONE, [INVERT]), Region(low=-NOTICEABLE),
        ),
        _claim(
            "blur-not-significant", "the Gaussian blur transformation did not achieve significant improvement either",
            "test accuracy, each kernel from 3 on minus none: less than 3 points gained",
            _against(NONE, map(_blur, KERNELS)), Region(high=NOTICEABLE),
        ),
        _claim(
            "blur-best-7", "it managed to slightly exceed 80 % of test accuracy for some choices of the kernel size, "
            "best results were acquired for kernel of size 7",
            "test accuracy, kernel 7 minus each other kernel from 3 on",
            _best(_blur(7), map(_blur, KERNELS)), POSITIVE,
        ),
        _claim(
            "flip-gain", "Random horizontal flip by itself managed to achieve almost 83 % of test accuracy.",
            "test accuracy, flip minus none",
            _against(NONE, [FLIP]), about(_printed_gap(FLIP, NONE)),
        ),
        _claim(
            "rotation-helps-flip", "This result improved further when followed by a random rotation",
            "test accuracy, flip and ± 10 degrees minus flip alone",
            _against(FLIP, [_turned(10)]), POSITIVE,
        ),
        _claim(
            "angle-best-10", "yielding the best test accuracy approx 84.5 % for angle in the range [-10, 10]°",
            "test accuracy, flip and ± 10 degrees minus flip and each other angle",
            _best(_turned(10), map(_turned, ANGLES)), POSITIVE,
        ),
        _claim(
            "goal-80", "The goal of augmentation is to increase the test accuracy further, in this case reach or "
            "exceed 80 %.",
            "test accuracy, flip and ± 10 degrees minus none: at least what separates the printed baseline from 80 %",
            _against(NONE, [_turned(10)]), Region(low=_goal()),
        ),
    ]  # fmt: skip


def _claim(name, sentence, tested, measure, region) -> Claim:
    return Claim(
        name, sentence, "Section VII", tested, ("augmentation",), measure, region, wider=("augmentation_rates",)
    )


def _rows(runs, names):
    """The runs of these rows.

    Raises:
        ValueError: one of them was not trained.
    """
    rows = by_augmentation(runs["augmentation"], TABLE_VIII)
    if missing := [name for name in names if name not in rows]:
        raise ValueError(f"{len(missing)} of its {len(names)} rows are not trained at this profile: {missing[0]} …")
    return rows


def _against(base, names):
    """Measures each row minus the base."""
    names = list(names)

    def measure(runs, confidence):
        rows = _rows(runs, [base, *names])
        return {name: score_gap(rows[name], rows[base], confidence) for name in names}

    return measure


def _best(best, names):
    """Measures the best row minus each other."""
    others = [name for name in names if name != best]

    def measure(runs, confidence):
        rows = _rows(runs, [best, *others])
        return {f"against {name}": score_gap(rows[best], rows[name], confidence) for name in others}

    return measure


def _turned(degrees: int) -> str:
    return f"{FLIP}, RandomAffine(± {degrees} deg)"


def _blur(size: int) -> str:
    return f"GaussianBlur({size})"


def _printed(name: str):
    return printed_results(table="VIII", augmentation=name)[0]


def _printed_gap(a: str, b: str) -> float:
    return (_printed(a).test_percent - _printed(b).test_percent) / 100


def _goal() -> float:
    return (printed_number("augmentation_goal") - _printed(NONE).test_percent) / 100
