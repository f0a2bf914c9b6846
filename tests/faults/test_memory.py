"""A GPU whose memory is full, on a machine that need not have one."""

import click
import pytest
import torch
from click.testing import CliRunner

from course_lib import cli


@pytest.fixture
def typed(monkeypatch):
    """`typed(error)` types a command that raises this error."""

    def run(error, **options):
        def work():
            raise error

        monkeypatch.setitem(cli.main.commands, "work", click.Command("work", callback=work))
        return CliRunner().invoke(cli.main, ["work"], **options)

    return run


def test_a_full_gpu_is_one_sentence(typed):
    done = typed(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB …"))
    assert done.exit_code == 2
    assert done.stderr == "course: the GPU's memory is full: lower batch_size or size, or add --device cpu\n"


def test_another_mistake_of_ours_keeps_its_traceback(typed):
    with pytest.raises(RuntimeError, match="shapes"):
        typed(RuntimeError("shapes do not match"), catch_exceptions=False)
