"""The mini world: images drawn from a few signed-distance shapes, the same on every machine, with no download.

`draw` paints pictures of one category, `build_world` a whole set with one class per picture.
`build_domain` draws a domain of its categories, `build_flowers` flower species, `build_task` a small task,
`build_set` a set to compare methods on.
`draw_scenes` paints pictures that show several concepts, `build_scenes` a whole set of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "builders": ["build_domain", "build_flowers", "build_set", "build_task", "find_builder"],
        "catalogue": ["SOURCE_CATEGORIES", "SOURCE_DOMAINS", "SPECIES", "TARGET_CLASSES", "domain_of"],
        "comparison_sets": ["COMPARISON_SETS", "ComparisonSet"],
        "dials": ["EASY", "HARD", "Dials"],
        "domains": ["DOMAINS", "Domain"],
        "drawing": ["STYLES", "draw"],
        "scenes": ["CONCEPTS", "NUM_SCENES", "build_scenes", "draw_scenes"],
        "tasks": ["SmallTask", "task_facts", "task_named", "task_names"],
        "versions": ["WORLD_VERSION", "world_fingerprint", "world_means"],
        "worlds": ["WORLDS", "build_world"],
    },
)
