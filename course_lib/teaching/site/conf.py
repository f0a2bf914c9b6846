"""Sphinx's settings for the site; `builder` adds what depends on the call (the repository's address)."""

from course_lib import __version__

project = "Fine-tuning, honestly"
html_title = project
author = "The course authors"
project_copyright = "The course authors, Apache-2.0"
version = release = __version__
language = "en"

extensions = ["myst_nb", "sphinx_design", "course_lib.teaching.site.mathml"]
exclude_patterns = ["_*"]
html_math_renderer = "mathml"  # MathML needs no script; MathJax would be fetched from another server

nb_execution_mode = "off"  # the solutions come executed
nb_merge_streams = True
nb_output_stderr = "remove"
nb_ipywidgets_js = {}  # no live sliders on a page without Python, so nothing to fetch for them
myst_enable_extensions = ["attrs_block", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

html_theme = "sphinx_book_theme"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "static/favicon.svg"
html_copy_source = False  # the notebooks themselves are on the site
html_show_sphinx = False
html_show_search_summary = False  # fetched, which a browser refuses for pages opened from disk; else site.js shows it
html_last_updated_fmt = None
html_context = {"default_mode": "auto"}  # light or dark as the reader's machine is set
html_theme_options = {
    "navbar_persistent": [],
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
