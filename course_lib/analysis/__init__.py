"""Read finished runs: records, scores with intervals, comparisons, tables, and verdicts on the documents' claims.

Everything here works on plain records and arrays; nothing trains and nothing draws. Each document has a sub-package of
its own with its printed numbers, tables and claims.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["measures"],
    submod_attrs={
        "claims": ["check_claims", "find_claims"],
        "classification": ["ClassScore", "balanced_accuracy", "describe_predictions", "macro_f1", "score_classes"],
        "comparisons": ["Comparison", "compare_runs", "optimism", "score_gap", "validation_gap"],
        "conventions": ["convention_table"],
        "costs": ["image_steps"],
        "drift": ["stage_change", "stage_turn", "turn_table"],
        "inferred_precision": ["estimated_precision", "infap", "mean_xinfap", "xinfap"],
        "intervals": [
            "Interval",
            "McNemar",
            "accuracy_interval",
            "bootstrap_interval",
            "both_errors",
            "independent_difference",
            "mcnemar",
            "paired_difference",
            "seed_interval",
        ],
        "metrics": ["confusion_table", "neighbour_agreement", "outcomes", "top_k_accuracy", "worst_mistakes"],
        "patches": ["Favourites", "favourite_patches", "neighbour_correlation"],
        "papers": ["Inconsistency", "paper_number", "paper_rows", "paper_statement"],
        "ranking": [
            "agreement_gap",
            "leave_one_source_out",
            "mean_agreement",
            "mean_regret",
            "rank_agreement",
            "ranking_table",
            "regret",
            "regret_gap",
            "spearman",
            "static_scores",
            "weighted_tau",
        ],
        "precision": ["average_precision", "mean_average_precision", "precision_at", "voc_average_precision"],
        "racing": ["Race", "race"],
        "records": ["diverged", "is_scored", "score_of", "select", "setting", "units_of", "values_of"],
        "reliability": ["Reliability", "reliability"],
        "scores": ["mean_score", "score_over_runs"],
        "selection": ["best_rate", "best_run", "best_runs", "favoured_runs", "rate_at_edge"],
        "selection_bias": [
            "ChoiceNoise",
            "best_of_tries",
            "best_over_last",
            "chance_of_best",
            "choice_noise",
            "correlation_of_spread",
            "correlation_of_tries",
            "disagreement",
        ],
        "settings": ["check_comparable", "comparable_groups", "widen"],
        "tables": ["best_table", "gap_table", "grid_table", "paired_table", "probe_table", "rate_gains", "runs_table"],
        "transferability": [
            "CrossLearning",
            "cross_learning",
            "h_score",
            "leep",
            "logme",
            "nce",
            "readout_accuracy",
            "source_scores",
        ],
        "voting": ["average_classes", "frequent_classes", "vote_units"],
        "verdicts": ["Claim", "Region", "Verdict", "judge"],
    },
)
