"""Python environments without the checkout, in which the lessons' first cell is run."""

import os
import subprocess
from pathlib import Path

from course_lib.teaching.bootstrap import bootstrap_text

UPLOADS = "/content"


def python_of(home: Path) -> Path:
    """The interpreter of a virtual environment."""
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run_cell(python: Path, folder: Path, *, content: Path | None = None, **env: str) -> subprocess.CompletedProcess:
    """Run the first cell of the lessons as a script; pip reaches no index, the checkout is not on the path.

    Args:
        folder: where it runs, as a notebook does in its own folder.
        content: stands for Colab's folder of uploads; an empty place if None.
    """
    script = folder / "cell.py"
    script.write_text(bootstrap_text().replace(UPLOADS, (content or folder / "nowhere").as_posix()), encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_", "COURSE_SOURCE"))}
    environment |= {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **env}
    return subprocess.run([python, script], cwd=folder, env=environment, capture_output=True, text=True)
