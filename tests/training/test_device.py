"""Threads, generators and devices: what a training takes for itself, and what it leaves to its caller."""

import subprocess
import sys

import pytest
import torch

from course_lib.training import device
from course_lib.training.comparison import StepComparison
from course_lib.training.device import pick_device, seeded
from course_lib.training.fitting import fit
from course_lib.training.heads import fit_heads
from course_lib.training.recipe import Recipe

CPU = torch.device("cpu")


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_a_record_names_the_threads_it_was_trained_with(splits, weights, two_threads):
    """Mini nets and heads train on one thread, whatever the caller has."""
    runs = [fit(Recipe.full(start=weights, epochs=1), splits)]
    runs += fit_heads([Recipe(start=weights, epochs=1, multipliers={"inner": 0})], splits, [0])
    assert [run.provenance["threads"] for run in runs] == [1, 1]
    assert torch.get_num_threads() == 2


def test_a_seed_reaches_no_other_device(monkeypatch):
    for other in (torch.cuda, torch.mps):
        monkeypatch.setattr(other, "manual_seed", lambda _: pytest.fail("a device that nobody asked for was seeded"))
    monkeypatch.setattr(torch.cuda, "manual_seed_all", torch.cuda.manual_seed)
    before = torch.random.get_rng_state()
    drawn = []
    for _ in range(2):
        with seeded(3, CPU):
            drawn.append(torch.rand(4))
    assert torch.equal(*drawn)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_batch_of_one_image_is_refused_in_the_words_of_a_recipe(splits):
    """Where the last stage has maps of one pixel."""
    with pytest.raises(ValueError, match="use batch_size = 2 or more, or larger images"):
        fit(Recipe.full(epochs=1, batch_size=1), splits)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_may_be_named_by_its_number_in_a_fresh_process():
    code = (
        "import numpy as np\n"
        "from course_lib.data.imageset import ImageSet; from course_lib.data.splits import stratified_split\n"
        "from course_lib.training import Recipe, fit\n"
        "pixels = np.random.RandomState(0).randint(0, 256, (60, 3, 32, 32)).astype(np.uint8)\n"
        "images = ImageSet.from_arrays(pixels, np.repeat(range(3), 20), list('abc'), [str(i) for i in range(60)])\n"
        "run = fit(Recipe.full(epochs=1), stratified_split(images, val=0.2, test=0.2, seed=0), device='cuda:0')\n"
        "assert run.peak_mb > 0 and run.provenance['device'] == 'cuda'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def with_mps(monkeypatch):
    """Pretend that this machine has MPS and no CUDA; count the comparisons, which give what `differences` say."""

    def install(difference):
        calls = []

        def compare_step(found):
            calls.append(found)
            return (StepComparison(found, torch.float32, difference, "gradient of head.weight", 1e-3),)

        monkeypatch.setattr(device, "compare_step", compare_step)
        return calls

    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    device.mps_agrees.cache_clear()
    yield install
    device.mps_agrees.cache_clear()


def test_mps_is_chosen_where_it_agrees_with_the_cpu(with_mps, capsys):
    calls = with_mps(1e-5)
    assert [str(pick_device()) for _ in range(2)] == ["mps", "mps"]
    assert calls == [torch.device("mps")]  # compared once a process
    assert capsys.readouterr().err == ""


def test_the_cpu_is_chosen_where_mps_differs_and_it_is_said_once(with_mps, capsys):
    calls = with_mps(0.2)
    assert [str(pick_device()) for _ in range(2)] == ["cpu", "cpu"]
    assert len(calls) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("course: the CPU is used, because a training step on mps, float32: largest relative")
    assert "0.2 (gradient of head.weight)" in line


def test_mps_by_name_is_not_compared(with_mps, monkeypatch):
    calls = with_mps(0.2)
    assert pick_device("mps").type == "mps"
    monkeypatch.setenv("COURSE_DEVICE", "mps")
    assert pick_device().type == "mps"
    assert calls == []
