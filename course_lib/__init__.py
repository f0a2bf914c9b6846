"""A course on fine-tuning and transfer learning for image classifiers.

The rooms, in the order data flows through them: `data` → `models` → `training` → `sweeps` → `analysis` → `figures`;
`teaching` turns them into lessons and `cli` into the command `course`.
"""

from importlib import import_module

__version__ = "0.1.0"

# What one needs for one's own photographs; the lessons import from the rooms. Found when first asked for, by Python
# alone: the first cell of a lesson imports `course_lib.installation` before the packages are there.
_PLACES = {
    "Classifier": "training.classifier",
    "train_classifier": "training.tuning",
    "write_model_report": "teaching.model_report",
}
__all__ = sorted(_PLACES)


def __getattr__(name: str):
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
