"""One function for each kind of plot: it takes plain records or arrays and a title, and returns a Figure.

Nothing here opens a window or keeps state in pyplot; `show` puts a figure with a description into a notebook.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["accuracy", "curves", "drift", "filters", "images", "maps", "showing", "statistics", "style", "top5"],
    submod_attrs={"showing": ["save", "show"], "style": ["lr_color", "styled"]},
)
