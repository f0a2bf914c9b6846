"""MultiTune (Wang, Plested & Gedeon 2020): its printed numbers beside our runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "agreement": ["seed_or_images", "what_was_learned"],
        "branches": ["read_branches"],
        "comparison": ["accuracy_table", "comparison_table", "gaps_table", "optimism_of_maximum"],
        "costs": ["cost_table", "route_costs", "time_reductions"],
        "differences": [
            "inconsistencies_table",
            "printed_differences",
            "printed_times",
        ],
        "drawn_routes": ["changing_share", "drawing_cost", "drawn_table", "flip_chance", "other_route_chance"],
        "global_k": ["block_table", "gap_to", "k_curve", "policy_gap", "tuned_blocks"],
        "maximum": ["maximum_table"],
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
        "routes": [
            "class_share",
            "count_routes",
            "explained",
            "routes_of",
            "routes_table",
        ],
        "routing": [
            "PRINTED",
            "by_set",
            "chosen_runs",
            "gaps_to_full",
            "gaps_to_later",
            "main_effects",
            "variants_table",
        ],
        "recipe_tables": ["table1", "table2"],
        "opponents": ["opponents_table"],
        "penalties": ["penalty_table", "pull_gaps"],
        "rows": ["by_row", "method_gap"],
        "switches": ["whole_set"],
    },
)
