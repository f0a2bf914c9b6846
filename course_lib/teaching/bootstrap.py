"""The first code cell of every lesson: it finds or installs the course, and never changes PyTorch.

The cell is the source of `find_course` and a call of it, so the tested code is the code that students run. It installs
the course alone; `course_lib.installation`, which comes with it, does the rest.
"""

import inspect

# What pip installs if the course is missing: its name on PyPI, or "git+https://HOST/OWNER/REPOSITORY". Empty as long as
# the course has no public address: set it here and run `course build`, or set COURSE_SOURCE where a lesson is opened.
SOURCE = ""
CELL_ID = "bootstrap"
# Collapsed in JupyterLab, in Colab (which shows the title) and on web pages.
CELL_METADATA = {"tags": ["hide-input"], "jupyter": {"source_hidden": True}, "cellView": "form"}


def find_course(source: str, folders=(".", "/content")) -> str:
    """Find the course, or install it and what it lacks, but never PyTorch."""
    import os
    import subprocess
    import sys
    from glob import glob
    from importlib import import_module, invalidate_caches, util

    if missing := not util.find_spec("course_lib"):
        wheels = (w for folder in folders for w in glob(f"{folder}/course_lib-*.whl"))
        newest = max(wheels, key=os.path.getmtime, default=source)
        source = os.environ.get("COURSE_SOURCE") or newest
        how = "upload its wheel (folder icon) or type %env COURSE_SOURCE=ADDRESS"
        if not source:
            raise RuntimeError(f"The course is missing: {how}, then run this cell again")
        if source.endswith(").whl"):  # a second download: pip refuses " (1)"
            os.replace(source, source := source.split("-any")[0] + "-any.whl")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", source]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"pip cannot install {source}: {how}\n{done.stderr}")
        invalidate_caches()
    return import_module("course_lib.installation").complete_installation(added=missing)


def bootstrap_text() -> str:
    """Code of the cell, the same in every lesson."""
    return f'# @title Run this cell first\n{inspect.getsource(find_course)}print(find_course("{SOURCE}"))'
