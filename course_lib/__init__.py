"""A course on fine-tuning and transfer learning for image classifiers.

The rooms, in the order data flows through them: `data` → `models` → `training` → `sweeps` → `analysis` → `figures`;
`teaching` turns them into lessons and `cli` into the command `course`.
"""

import lazy_loader

__version__ = "0.1.0"

# What one needs for one's own photographs; the lessons import from the rooms.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "teaching.model_report": ["write_model_report"],
        "training.classifier": ["Classifier"],
        "training.tuning": ["train_classifier"],
    },
)
