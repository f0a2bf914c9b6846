"""Checks of the exercises of lessons 01–09, a module for each subject."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "augmentation": ["check_luck", "check_order"],
        "flipping": ["check_flip"],
        "choosing": ["check_choice"],
        "few_shot": ["check_epochs", "check_images_needed", "check_paired"],
        "filters": ["check_prepare", "check_respond"],
        "finetuning": ["check_anneal", "check_two_rates"],
        "freezing": ["check_freeze", "check_frozen"],
        "heads": ["check_head"],
        "judging": ["check_edge", "check_judge"],
        "mcnemar": ["check_mcnemar"],
        "merging": ["check_merge"],
        "optimizers": ["check_adam", "check_start"],
        "probabilities": ["check_top_k"],
        "statistics": ["check_mean_and_std", "check_training_statistics"],
        "storing": ["check_storable"],
        "training": ["check_accuracy", "check_divergence"],
    },
)
