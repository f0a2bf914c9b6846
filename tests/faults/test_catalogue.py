"""The catalogue of bad input: complete, proved by tests that exist, and true word for word on the command line."""

import ast
import os
import re
import shlex
from contextlib import nullcontext
from pathlib import Path

import pytest

from course_lib.cli import main
from course_lib.data import pacs

ROOT = Path(__file__).resolve().parents[2]
ITEMS = {  # what the catalogue must cover
    "corrupt JPEG", "truncated JPEG", "zero-byte JPEG", "several damaged files", "text named .jpg",
    "greyscale, palette, CMYK, alpha", "16-bit", "EXIF rotation", "30 000×30 000 bomb", "empty class folder",
    "single class", "class with one image", "non-ASCII names", "symlink loop", "unreadable file", "unknown recipe",
    "folder split already", "files of other kinds",
    "unknown profile", "unknown source", "unknown key", "rate ≤ 0 or NaN", "weights for other classes",
    "damaged weights (hash)", "half a download", "archive with ../", "disk full while the ledger writes",
    "ledger of another version", "two processes on one ledger", "unknown device", "no network", "table of concepts",
    "VOC 2012",
}  # fmt: skip


def typed_rows():
    """Cells of the lines of README.md that have a command, for the names of the tests."""
    text = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    return [line.split("|")[1].strip() for line in text.splitlines() if re.match(r"\|[^|]*\| `", line)]


def test_the_catalogue_is_complete(catalogue):
    assert {row["what"].partition(":")[0] for row in catalogue} == ITEMS
    assert len({row["what"] for row in catalogue}) == len(catalogue)
    assert len(typed_rows()) == sum("typed" in row for row in catalogue) > 30


def test_every_proof_exists(catalogue):
    missing = []
    for proof in sorted({row["proved by"] for row in catalogue}):
        file, _, function = proof.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8")) if (ROOT / file).is_file() else ast.Module([], [])
        if function not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
            missing.append(proof)
    assert missing == []


def test_what_happens_here_is_compared_with_the_catalogue(catalogue):
    """A sentence that a test of this folder proves is fetched from README.md by that test, not written down twice."""
    for row in catalogue:
        file, _, function = row["proved by"].partition("::")
        if "typed" not in row and file.startswith("tests/faults/") and row["code"] == "2":
            text = (ROOT / file).read_text(encoding="utf-8")
            body = text.partition(f"def {function}(")[2].partition("\ndef ")[0]
            assert f'promised("{row["what"]}")' in body, row["what"]


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """No network, as far as the course's downloads go, and no official weights."""
    import torch
    from torchvision.datasets import CIFAR100, voc

    def refuse(*args, **kwargs):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(pacs, "URL", "http://127.0.0.1:9/PACS.zip")
    monkeypatch.setattr(pacs, "RETRIES", 0)
    monkeypatch.setattr(CIFAR100, "url", "http://127.0.0.1:9/cifar-100-python.tar.gz")
    monkeypatch.setitem(voc.DATASET_YEAR_DICT["2012"], "url", "http://127.0.0.1:9/VOCtrainval_11-May-2012.tar")
    monkeypatch.setattr("torch.hub.urlopen", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("what", typed_rows())
def test_the_user_reads_one_sentence(catalogue, promised, broken, as_nobody, what, monkeypatch, capsys):
    row = next(row for row in catalogue if row["what"] == what)
    words = shlex.split(row["typed"].strip("`"))
    while "=" in words[0]:
        monkeypatch.setenv(*words.pop(0).split("="))
    assert words.pop(0) == "course"
    folder = next((word.partition("folder:")[2] for word in words if "folder:" in word), "good")
    if folder == "bytes_name" and not (broken / folder).is_dir():
        pytest.skip("this file system takes no such names")
    monkeypatch.chdir(broken)
    with as_nobody() if folder.startswith("unreadable") else nullcontext(), pytest.raises(SystemExit) as end:
        main(words, prog_name="course")
    out, err = capsys.readouterr()
    assert int(end.value.code or 0) == int(row["code"])
    if row["code"] == "0":
        assert re.search(promised(what), " ".join(out.splitlines()[-1].split()))
    else:
        assert out == ""
        *before, said = err.splitlines()  # before it: progress
        assert re.search(promised(what), said.removeprefix("course: ")), said
        assert said.startswith("course: ")
        assert not [line for line in before if line.startswith("course: ") or "Traceback" in line]
    assert not list(broken.rglob("*.part"))
    assert os.getcwd() == str(broken)
