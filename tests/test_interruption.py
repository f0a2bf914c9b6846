"""Signals become one exception, which libraries can delay or swallow, but not lose."""

import signal
import time
from contextlib import suppress

import pytest

from course_lib import interruption
from course_lib.interruption import (
    Interrupted,
    held_back,
    interrupt_code,
    interrupt_sentence,
    interruptible,
    kept,
    raise_if_interrupted,
)

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows has no such signals")


@pytest.fixture(autouse=True)
def own_handlers(monkeypatch):
    """After an interrupt the handlers are the system's, since the process is about to end; this one is not."""
    monkeypatch.setattr(interruption, "_state", interruption._State())
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    if interruption._state.clock is not None:
        interruption._state.clock.cancel()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_an_exception_with_code_and_notes(number, code):
    with pytest.raises(Interrupted) as stop, interruptible(), kept(lambda: "outer"), kept(lambda: "inner"):
        signal.raise_signal(number)
    assert interrupt_code(stop.value) == code
    assert interrupt_sentence(stop.value) == "stopped; inner; outer"


def test_without_a_signal_nothing_changes():
    before = signal.getsignal(signal.SIGTERM)
    with interruptible(), kept(lambda: pytest.fail("nobody asked")):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_ignored_signal_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruptible():
        signal.raise_signal(signal.SIGINT)


def test_a_signal_waits_for_the_end_of_a_block():
    done = []

    def work():
        with held_back():
            signal.raise_signal(signal.SIGTERM)
            done.append("block")
        done.append("never")

    with pytest.raises(Interrupted), interruptible():
        work()
    assert done == ["block"]


@pytest.mark.parametrize("ask", [raise_if_interrupted, lambda: None])
def test_what_was_swallowed_is_raised_again(ask):
    """When somebody asks, and at the latest at the end of the block."""

    def work():
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        ask()

    with pytest.raises(Interrupted), interruptible():
        work()


def test_a_signal_while_an_object_is_freed_is_not_lost():
    class Freed:
        def __del__(self):
            signal.raise_signal(signal.SIGTERM)

    def work():
        Freed()
        while True:
            time.sleep(0.01)

    with pytest.raises(Interrupted), interruptible():
        work()


def test_an_import_is_finished_first(tmp_path, monkeypatch):
    """The exception comes after it, and would not come if the signal were lost."""
    (tmp_path / "imported_during_a_signal.py").write_text(
        "import signal\nsignal.raise_signal(signal.SIGTERM)\nsignal.import_is_finished = True\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(signal, "import_is_finished", False, raising=False)

    def work():
        import imported_during_a_signal  # noqa: F401

        while True:
            time.sleep(0.01)

    with pytest.raises(Interrupted), interruptible():
        work()
    assert signal.import_is_finished
