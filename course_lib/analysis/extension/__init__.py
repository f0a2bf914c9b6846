"""Fine-tuning and Extension Strategies (Pittaras et al. 2017): its printed numbers beside our runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "concepts": ["on_evaluated"],
        "inferred": ["inferred_error", "widths_of_gap"],
        "multipliers": ["best_table", "epochs_of", "printed_agreement", "rates_of", "smaller_gap"],
        "printed": ["printed_marks", "printed_multipliers", "printed_number", "printed_statement"],
        "ranks": ["statements_table"],
        "strategies": ["by_network", "control_table", "heads_table", "kind_gain", "untuned_gain"],
        "widths": ["widths_table"],
    },
)
