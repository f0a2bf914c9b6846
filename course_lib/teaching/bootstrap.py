"""The first code cell of every lesson: it finds or installs the course, and never changes PyTorch.

The cell is the source of `find_course` and a call of it, so the tested code is the code that students run.
"""

import inspect

# What pip installs if the course is missing, e.g. "git+https://HOST/OWNER/REPOSITORY". Empty as long as the course
# has no public address: set it here and run `course build`, or set COURSE_SOURCE where a lesson is opened.
SOURCE = ""
CELL_ID = "bootstrap"
# Collapsed in JupyterLab, in Colab (which shows the title) and on web pages.
CELL_METADATA = {"tags": ["hide-input"], "jupyter": {"source_hidden": True}, "cellView": "form"}


def find_course(source: str) -> str:
    """Find the course, or install it and what it lacks, but never PyTorch; returns what was done."""
    import os
    import re
    import subprocess
    import sys
    from importlib import invalidate_caches, metadata, util

    if util.find_spec("course_lib"):
        return "The course is here. Nothing was installed, PyTorch is as it was."
    source = os.environ.get("COURSE_SOURCE", source)
    if not source:
        raise RuntimeError("The course is missing: set COURSE_SOURCE to its git+https:// address, wheel or folder")
    pip_install = [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.check_call([*pip_install, "--no-deps", source])
    invalidate_caches()
    needs = [need for need in metadata.requires("course-lib") if not re.match(r"torch|.*extra ==", need)]
    missing = [need for need in needs if not any(metadata.distributions(name=re.match(r"[\w.-]+", need)[0]))]
    if missing:
        subprocess.check_call([*pip_install, *missing])
        invalidate_caches()
    return f"Installed {', '.join(['course-lib', *missing])}. PyTorch is as it was."


def bootstrap_text() -> str:
    """Code of the cell, the same in every lesson."""
    return f'# @title Run this cell first\n{inspect.getsource(find_course)}\nprint(find_course("{SOURCE}"))'
