"""What finished runs say: intervals, paired comparisons, the best run of a grid, tables beside the printed numbers.

Everything here works on plain records and arrays; nothing trains and nothing draws.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "chance",
        "choosing",
        "claims",
        "drift",
        "effects",
        "gaps",
        "homework",
        "intervals",
        "metrics",
        "selection",
        "tables",
        "verdicts",
    ],
    submod_attrs={
        "homework.augmentations": [
            "augmentation_gains",
            "augmentation_kind",
            "by_augmentation",
            "group_gains",
            "printed_gains",
        ],
        "chance": ["best_of_tries", "chance_of_best", "correlation_of_tries"],
        "choosing": ["ChoiceNoise", "choice_noise", "disagreement"],
        "claims": ["check_claims", "claims_table", "find_claims"],
        "drift": ["stage_change"],
        "gaps": ["gap_table", "mean_accuracy", "rate_gains", "validation_gap"],
        "intervals": [
            "Interval",
            "McNemar",
            "accuracy_interval",
            "independent_difference",
            "mcnemar",
            "paired_difference",
            "seed_interval",
        ],
        "metrics": ["confusion_table", "neighbour_agreement", "outcomes", "top_k_accuracy", "worst_mistakes"],
        "homework.printed": [
            "PrintedResult",
            "printed_channels",
            "printed_mistakes",
            "printed_number",
            "printed_result",
            "printed_results",
            "printed_top5",
        ],
        "selection": ["best_rate", "best_run", "best_runs", "select"],
        "tables": [
            "accuracy_over_runs",
            "augmentations_printed_and_measured",
            "best_table",
            "grid_table",
            "optimizer_table",
            "paired_table",
            "printed_and_measured",
            "runs_table",
        ],
        "verdicts": ["Claim", "Region", "Verdict", "judge"],
    },
)
