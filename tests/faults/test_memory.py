"""A GPU whose memory is full, on a machine that need not have one."""

import pytest
import torch
from click.testing import CliRunner

from course_lib import cli
from course_lib.cli import lessons


def test_a_full_gpu_is_one_sentence(monkeypatch):
    def full(**options):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB …")

    monkeypatch.setattr(lessons.doctor, "callback", full)
    done = CliRunner().invoke(cli.main, ["doctor"])
    assert done.exit_code == 2
    assert done.stderr == "course: the GPU's memory is full: lower batch_size or size, or add --device cpu\n"


def test_another_mistake_of_ours_keeps_its_traceback(monkeypatch):
    def broken(**options):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(lessons.doctor, "callback", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        CliRunner().invoke(cli.main, ["doctor"], catch_exceptions=False)
