"""Fine-tuning and Extension Strategies (Pittaras et al. 2017): its printed numbers beside our runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "printed": ["printed_marks", "printed_multipliers", "printed_number", "printed_statement"],
    },
)
