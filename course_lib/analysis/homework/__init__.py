"""The homework: its printed numbers and tables beside our runs, and its claims as tests over finished runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["claims"],
    submod_attrs={
        "augmentations": ["augmentation_gains", "augmentation_kind", "by_augmentation", "group_gains", "printed_gains"],
        "forgetting": ["task_scores"],
        "printed": [
            "STRATEGY_NAMES",
            "PrintedResult",
            "printed_channels",
            "printed_mistakes",
            "printed_number",
            "printed_result",
            "printed_results",
            "printed_top5",
        ],
        "tables": ["augmentations_printed_and_measured", "optimizer_table", "printed_and_measured"],
    },
)
