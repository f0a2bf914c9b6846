"""Where images come from and how they are split: sources by name, image sets in memory, splits, channel statistics.

An image stays uint8 in [0, 255] here, but for augmentation, which works on floats in [0, 1]; normalisation belongs to
training.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "augmentation": [
            "ColorJitter",
            "GaussianBlur",
            "RandomAffine",
            "RandomCrop",
            "RandomGrayscale",
            "RandomHorizontalFlip",
            "RandomInvert",
            "RandomResizedCrop",
            "Transform",
            "augment",
        ],
        "duplicates": ["NearPair", "drop_duplicates", "find_duplicates", "near_duplicates"],
        "facts": ["SetFacts", "set_facts"],
        "given": ["given_split", "official_split"],
        "groups": ["find_groups"],
        "imageset": ["ImageSet"],
        "judgements": ["draw_judgements", "pool_strata"],
        "notes": ["FolderNotes"],
        "pools": ["Pool", "pool_of"],
        "quarters": ["QUARTERS", "quarters", "source_split", "target_split"],
        "real_tasks": ["REAL_TASKS", "RealTask"],
        "sources": [
            "count_pixels",
            "describe",
            "is_here",
            "iter_native_images",
            "list_sources",
            "load_images",
            "source_names",
        ],
        "spec": ["DataSpec", "prepare"],
        "splits": [
            "HOMEWORK_SEED",
            "SealedSet",
            "Splits",
            "homework_split",
            "partition",
            "per_class_split",
            "stratified_split",
        ],
        "targets": ["domain_target", "judged_closeness", "small_target", "target_names"],
        "transfers": ["TRANSFERS", "Transfer", "target_data"],
        "statistics": ["Moments", "PixelHistogram", "channel_statistics", "streaming_statistics"],
    },
)
