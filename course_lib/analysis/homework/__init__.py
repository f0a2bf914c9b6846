"""The homework: its printed numbers and tables beside our runs, and its claims as tests over finished runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["claims"],
    submod_attrs={
        "augmentation_order": ["ends_table", "falls_table", "order_accuracies", "printed_accuracies"],
        "augmentations": [
            "augmentation_gains",
            "augmentation_kind",
            "by_augmentation",
            "group_gains",
            "groups_table",
            "printed_gains",
            "same_experiments_table",
        ],
        "few_shot": ["few_shot_losses", "losses_table", "steps_and_images", "steps_table"],
        "forgetting": ["task_scores"],
        "grids": ["gap_in_grid"],
        "luck": ["luck_chances"],
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
        "seconds": ["adam_longer", "longer_table"],
        "worlds": ["Pair", "missing_table", "pair_verdicts", "worlds_table"],
        "tables": ["augmentations_printed_and_measured", "clear_grids", "optimizer_table", "printed_and_measured"],
    },
)
