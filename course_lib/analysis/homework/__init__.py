"""The homework: its printed numbers, its claims as tests over finished runs, and the rows of its Table VIII."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["augmentations", "claims", "printed"],
    submod_attrs={
        "augmentations": ["augmentation_gains", "augmentation_kind", "by_augmentation", "group_gains", "printed_gains"],
        "claims": ["homework_claims"],
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
    },
)
