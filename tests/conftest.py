"""Fixtures for all tests: a private home, and small images that need no renderer."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pictures import write_pngs

# One thread, for child processes too: two that wait for each other spend CPU time on a machine that does other work,
# twenty times as much for a small network. Set before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
CPU_S = pytest.StashKey[dict[str, float]]()


def pytest_configure(config):
    config.stash[CPU_S] = {}


def pytest_collection_modifyitems(items):
    """The lessons first: they take longest, and of several processes none should begin with them last."""
    items.sort(key=lambda item: item.path.parent.name != "notebooks")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Adds the CPU seconds of a test, fixtures and ended child processes included, to the account of its file."""
    before = sum(os.times()[:4])
    try:
        return (yield)
    finally:
        account, file = item.config.stash[CPU_S], item.nodeid.partition("::")[0]
        account[file] = account.get(file, 0) + sum(os.times()[:4]) - before


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):  # of several processes (pytest-xdist), each hands over its own account
        session.config.workeroutput["cpu_s"] = session.config.stash[CPU_S]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Adds the account of a process that has ended."""
    account = node.config.stash[CPU_S]
    for file, seconds in getattr(node, "workeroutput", {}).get("cpu_s", {}).items():
        account[file] = account.get(file, 0) + seconds


def pytest_terminal_summary(terminalreporter, config):
    """The files that cost most; a session fixture is charged to the file that asks for it first."""
    account = config.stash[CPU_S]
    dear = sorted(account.items(), key=lambda entry: -entry[1])[:10]
    terminalreporter.section(f"CPU seconds: {sum(account.values()):.0f}")
    for file, seconds in dear:
        terminalreporter.line(f"{seconds:8.1f}  {file}")


@pytest.fixture(scope="session", autouse=True)
def course_home(tmp_path_factory):
    """A home of the tests' own, so that no test reads or writes the user's ledger and caches.

    `COURSE_TEST_HOME` keeps it between sessions: the drawn worlds are then not drawn again. Nor does anything else of
    the user's reach the tests: "auto" is the CPU unless `COURSE_DEVICE` says otherwise, no cluster, no proxy for the
    servers that the tests start.
    """
    kept = os.environ.get("COURSE_TEST_HOME")
    home = Path(kept) if kept else tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_HOME", str(home))
        patch.setenv("COURSE_DEVICE", os.environ.get("COURSE_DEVICE") or "cpu")
        patch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1,localhost")
        yield home


@pytest.fixture(scope="session")
def make_images():
    """`make_images(per_class, num_classes, size, seed)`: an ImageSet whose classes differ in colour and texture."""
    from course_lib.data.imageset import ImageSet

    def make(per_class=20, num_classes=3, size=32, seed=0):
        draw = np.random.RandomState(seed)  # its stream is frozen by numpy's promise: the same on every platform
        labels = np.repeat(np.arange(num_classes), per_class)
        colour = draw.uniform(60, 195, (num_classes, 3, 1, 1))[labels]
        stripes = 30 * np.sin(np.arange(size) * (1 + labels[:, None]) / 2)[:, None, None, :]
        noise = draw.normal(0, 40, (len(labels), 3, size, size))
        pixels = np.clip(colour + stripes + noise, 0, 255).astype(np.uint8)
        names = [f"class{label}/{i:04d}.png" for i, label in enumerate(labels)]
        return ImageSet.from_arrays(pixels, labels, [f"class{k}" for k in range(num_classes)], names, source="test")

    return make


@pytest.fixture(scope="session")
def splits(make_images):
    """60 coloured images, split."""
    from course_lib.data.splits import stratified_split

    return stratified_split(make_images(), val=0.2, test=0.2, seed=0)


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """Weights of a random net whose running statistics are not the default ones."""
    import torch

    from course_lib.models.starting import start_model
    from course_lib.models.weights import save_weights

    torch.manual_seed(1)
    model = start_model("mini_resnet18", None, 5, (), 1)
    with torch.no_grad():
        model.train()
        model(torch.randn(64, 3, 32, 32))
    path = tmp_path_factory.mktemp("weights") / "start.safetensors"
    meta = {"source": "a test", "mean": [0.4, 0.5, 0.6], "std": [0.2, 0.2, 0.2], "size": 32}
    save_weights(model, path, {**meta, "class_names": list("abcde")})
    return str(path)


@pytest.fixture(scope="session")
def real_data():
    """The folder of real images named by COURSE_REAL_DATA; tests that need it are skipped without."""
    folder = os.environ.get("COURSE_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("COURSE_REAL_DATA names no folder of real images")
    return Path(folder)


@pytest.fixture(scope="session")
def folder(tmp_path_factory, make_images):
    """A folder of class folders with 60 coloured PNGs."""
    root = tmp_path_factory.mktemp("images")
    write_pngs(make_images(), root)
    return root


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel, built from this checkout with the tools that are installed."""
    root, out = Path(__file__).resolve().parents[1], tmp_path_factory.mktemp("dist")
    call = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, root]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (file,) = out.glob("*.whl")
    return file


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    """`typed(*args)`: the exit code, stdout and stderr of the command, in this process and an empty folder."""
    from course_lib.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*args):
        with pytest.raises(SystemExit) as end:
            main([str(arg) for arg in args], prog_name="course")
        return int(end.value.code or 0), *capsys.readouterr()

    return run
