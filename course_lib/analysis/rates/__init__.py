"""Improving Transferability of Deep Neural Networks (Dube et al. 2018): its printed numbers beside our runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "layers": [
            "accuracy_by_rate",
            "best_inner_rates",
            "by_pair",
            "by_rates",
            "head_gain",
            "head_only_gain",
            "inner_gain",
            "inner_rate",
            "noise_sensitivity",
            "pairs_table",
            "rank_correlation",
            "sensitivity",
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
        "real": [
            "accuracy_by_scale",
            "best_scales_table",
            "scale_accuracies",
            "strategy_accuracies",
            "strategy_gain",
            "strategy_table",
        ],
        "real_sources": ["source_accuracies", "source_gain", "source_table"],
    },
)
