"""Improving Transferability of Deep Neural Networks (Dube et al. 2018): its printed numbers."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
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
    },
)
