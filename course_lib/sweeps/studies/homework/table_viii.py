"""Table VIII of the homework, its augmentations as transforms, and the rows whose order it leaves open."""

from course_lib.data.augmentation import (
    ColorJitter,
    GaussianBlur,
    RandomAffine,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    Transform,
)

# What 0, torchvision's default, means to an image normalised by the homework's few-shot statistics: the mean colour.
_MEAN_COLOUR = (0.7739, 0.7576, 0.7179)


def _turn(degrees: float) -> RandomAffine:
    return RandomAffine(degrees=degrees, fill=_MEAN_COLOUR)


_FLIP = RandomHorizontalFlip()
# Table VIII, row by row, under its own names. "Greyscale()" takes every image's colour away, as its name says;
# "GaussianBlur(1)" changes nothing: a kernel of one pixel is the image.
TABLE_VIII: dict[str, tuple[Transform, ...]] = {
    "none": (),
    "ColorJitter(brightness=0.01)": (ColorJitter(brightness=0.01),),
    "ColorJitter(brightness=0.05)": (ColorJitter(brightness=0.05),),
    "ColorJitter(contrast=0.05)": (ColorJitter(contrast=0.05),),
    "ColorJitter(saturation=0.05)": (ColorJitter(saturation=0.05),),
    "ColorJitter(hue=0.05)": (ColorJitter(hue=0.05),),
    "Greyscale()": (RandomGrayscale(p=1),),
    "RandomInvert(p=0.5)": (RandomInvert(),),
    "RandomHorizontalFlip(p=0.5)": (_FLIP,),
    "RandomAffine(± 1 deg)": (_turn(1),),
    **{
        f"RandomHorizontalFlip(p=0.5), RandomAffine(± {degrees} deg)": (_FLIP, _turn(degrees))
        for degrees in (1, 5, 7, 10, 22, 30, 45, 60)
    },
    "RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg), RandomAffine(± 10 deg)": (_FLIP, _turn(10), _turn(10)),
    **{f"GaussianBlur({size})": (GaussianBlur(kernel_size=size),) for size in (1, 3, 5, 7, 9, 13, 17, 23, 27)},
}
# The rows whose order the homework leaves open, and two that it should not hurt.
ORDER_ROWS = (
    *(name for name in TABLE_VIII if name.startswith("ColorJitter")),
    "RandomInvert(p=0.5)",
    "RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg)",
)
MISTAKEN_ORDERS = ("after_normalisation", "after_normalisation_and_in_val")


def normalised_fill(transforms: tuple[Transform, ...]) -> tuple[Transform, ...]:
    """Adapt transforms to normalised images, whose mean colour is 0."""
    black = {"fill": (0.0, 0.0, 0.0)}
    return tuple(t.replace(**black) if isinstance(t, RandomAffine) else t for t in transforms)
