"""The homework's figures: one module a lesson, and what several lessons share; titles state what the records show.

`printed` has the homework's strategies and optimisers, printed beside measured.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"printed": ["optimizer_differences", "strategies"]},
)
