"""Frames of a lesson's explorers for its page: the lesson runs once more, up to its last explorer."""

import base64
import copy
import tempfile
from collections.abc import Sequence
from dataclasses import asdict

from course_lib.errors import need
from course_lib.teaching.lab import own_kernel

MIME = "application/vnd.course.frames+json"
CALL = "explore("
_SETUP = "from course_lib.teaching.site.frames import record_frames\n\nrecord_frames()"
_TIMEOUT_S = 1800  # of a cell


def record_frames() -> None:
    """Make every explorer of this kernel show its frames, as JSON, instead of its sliders."""
    from course_lib.figures.explorers.shell import Explorer

    Explorer._repr_mimebundle_ = lambda explorer, **_: {MIME: frames_as_json(explorer)}


def frames_as_json(explorer) -> dict:
    """The frames of an explorer as plain values, pictures in base64."""
    from course_lib.figures.explorers.frames import draw_frames

    drawn = draw_frames(explorer)
    packed = [base64.b64encode(frame.picture).decode("ascii") for frame in drawn.frames]
    frames = [asdict(frame) | {"picture": picture} for frame, picture in zip(drawn.frames, packed, strict=True)]
    return {"menu": drawn.menu, "slider": drawn.slider, "start": drawn.start, "frames": frames}


def has_sliders(notebook) -> bool:
    """Whether a cell of the notebook makes an explorer."""
    return any(map(_explores, notebook["cells"]))


def lesson_frames(notebook) -> dict[str, dict]:
    """Run a lesson up to its last explorer, and return the frames of each: cell's id → `frames_as_json`.

    Args:
        notebook: NotebookNode of the solution; it is not changed.

    Raises:
        ChildProcessError: a cell failed, or one with an explorer shows something else.
        MissingExtraError: the extra `lab` is missing.
    """
    cells = notebook["cells"]
    if not has_sliders(notebook):
        return {}
    last = max(place for place, cell in enumerate(cells) if _explores(cell))
    nbclient, nbformat = need("nbclient", "lab"), need("nbformat", "lab")
    given = copy.deepcopy(notebook)
    given["cells"] = [nbformat.v4.new_code_cell(_SETUP), *copy.deepcopy(cells[: last + 1])]
    with tempfile.TemporaryDirectory(prefix="course-frames-") as folder, own_kernel() as kernel:
        resources = {"metadata": {"path": folder}}
        client = nbclient.NotebookClient(given, kernel_name=kernel, timeout=_TIMEOUT_S, resources=resources)
        try:
            client.execute()
        except (nbclient.exceptions.CellExecutionError, nbclient.exceptions.DeadKernelError) as error:
            last_line = str(error).strip().splitlines()[-1]
            raise ChildProcessError(f"frames of the sliders could not be drawn: {last_line}") from None
    found = {cell["id"]: drawn for cell in given["cells"] for drawn in _found(cell.get("outputs", ()))}
    for cell in filter(_explores, cells):
        if cell["id"] not in found:
            raise ChildProcessError(f"cell {cell['id']} shows no sliders when it runs: run 'course build' first")
    return found


def _explores(cell) -> bool:
    return cell["cell_type"] == "code" and CALL in cell["source"]


def _found(outputs: Sequence) -> list[dict]:
    return [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
