"""The course as a static web site: every executed lesson as a page, built offline.

`pages/` holds the site's own pages, `static/` its style sheet, `conf.py` Sphinx's settings. A Markdown file put into
`pages/` is a page of the site and in its navigation; nothing else has to be changed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"builder": ["SiteResult", "build_site"]})
