"""MultiTune (Wang, Plested & Gedeon 2020): its printed numbers beside our runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "costs": ["cost_table", "route_costs", "time_reductions"],
        "differences": [
            "inconsistencies",
            "inconsistencies_table",
            "large_differences",
            "printed_differences",
            "printed_times",
        ],
        "maximum": ["log_correlation", "maximum_table", "noise_of_maximum"],
        "printed": [
            "PrintedAccuracy",
            "PrintedBranch",
            "PrintedRow",
            "PrintedSet",
            "printed_accuracies",
            "printed_number",
            "printed_row",
            "printed_statement",
            "printed_table1",
            "printed_table2",
        ],
    },
)
