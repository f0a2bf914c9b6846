"""The mini world: images drawn from a few signed-distance shapes, the same on every machine, with no download.

`draw` paints pictures of one category, `build_world` a whole set with one class per picture.
`draw_scenes` paints pictures that show several concepts, `build_scenes` a whole set of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "catalogue": ["SOURCE_CATEGORIES", "SOURCE_DOMAINS", "TARGET_CLASSES", "domain_of"],
        "dials": ["EASY", "HARD", "Dials"],
        "domains": ["DOMAINS", "Domain"],
        "drawing": ["STYLES", "draw"],
        "scenes": ["CONCEPTS", "NUM_SCENES", "build_scenes", "draw_scenes"],
        "versions": ["WORLD_VERSION", "world_fingerprint", "world_means"],
        "worlds": ["WORLDS", "build_domain", "build_world"],
    },
)
