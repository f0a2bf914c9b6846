"""Improving Transferability of Deep Neural Networks (Dube et al. 2018): its printed numbers beside our runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "layers": [
            "accuracy_by_rate",
            "alpha_edge",
            "best_inner_rates",
            "by_pair",
            "by_rates",
            "choice_optimism",
            "head_gain",
            "head_only_gain",
            "head_rate",
            "inner_gain",
            "inner_rate",
            "noise_sensitivity",
            "pairs_table",
            "rank_correlation",
            "relative_head_gain",
            "sensitivity",
            "sensitivity_by_seed",
            "sensitivity_gap",
        ],
        "printed": [
            "Inconsistency",
            "PrintedBest",
            "PrintedGain",
            "alpha_correlations",
            "inconsistencies",
            "inconsistencies_table",
            "printed_bests",
            "printed_figures",
            "printed_gains",
            "printed_number",
            "printed_series",
            "printed_set",
        ],
        "summaries": ["bests_table", "choice_table", "gains_table", "inner_table", "summary_table"],
    },
)
