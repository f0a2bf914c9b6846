"""Ctrl-C and SIGTERM as one exception, which carries what is kept and how to go on."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from types import FrameType

GRACE_S = 25.0  # Slurm sends SIGKILL 30 s after SIGTERM
AGAIN_S = 0.05


class Interrupted(KeyboardInterrupt):
    """Somebody asked this process to end, with the signal `number`: SIGINT (Ctrl-C) or SIGTERM (`kill`, Slurm)."""

    def __init__(self, number: int = signal.SIGINT):
        super().__init__(number)
        self.exit_code = 128 + number  # as shells count


class _State:
    """What the signal handler knows. A process has one, since signal handlers are the process's own."""

    def __init__(self):
        self.signal: int | None = None  # the first one that came
        self.clock: threading.Timer | None = None
        self.holding = self.late = self.again = False

    def handle(self, number: int, frame: FrameType | None = None) -> None:
        """Raise `Interrupted`, now or when that is safe. A second signal ends the process, as without this handler."""
        if self.signal is None:
            self.signal = number
            self.clock = _after(GRACE_S, lambda: _end_now(number))
        elif not self.again:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.again = False
        if self.holding:
            self.late = True
        elif _is_importing(frame):
            self.come_again()
        else:
            for each in _signals():
                if signal.getsignal(each) is not signal.SIG_IGN:
                    signal.signal(each, signal.SIG_DFL)  # not left to Python, which may be busy in a library
            raise Interrupted(self.signal)

    def come_again(self) -> None:
        """Let the signal come again in a moment."""

        def send() -> None:
            self.again = True
            signal.raise_signal(self.signal)

        signal.signal(self.signal, self.handle)
        _after(AGAIN_S, send)

    def mind_lost(self, lost: "sys.UnraisableHookArgs") -> None:
        """Python drops an exception that is raised while it frees an object: the signal must come again."""
        if isinstance(lost.exc_value, Interrupted) and self.signal is not None:
            self.come_again()
        else:
            sys.__unraisablehook__(lost)


def _is_importing(frame: FrameType | None) -> bool:
    """Whether an import is going on. An exception in the middle of torch's aborts the process: C++ is in between."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


_state = _State()


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` in the block when SIGINT or SIGTERM comes.

    The first signal starts a clock: a process that is still there after `GRACE_S` seconds, because some library
    swallowed the exception, ends then. An import that is going on is finished before the exception is raised. A second
    signal ends the process at once. A signal that this process ignored before (``nohup``) is still ignored. Outside the
    main thread, where Python has no signal handlers, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _signals()}
    hook = sys.unraisablehook
    _state.signal = None
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _state.handle)
    sys.unraisablehook = _state.mind_lost
    try:
        yield
        raise_if_interrupted()
    finally:
        sys.unraisablehook = hook
        if _state.signal is None:  # otherwise the process is about to end, and the next signal may end it
            for number, handler in before.items():
                signal.signal(number, handler)


def _signals() -> list[int]:
    """SIGINT and SIGTERM; on Windows, where no other process can send SIGTERM, only SIGINT."""
    return [signal.SIGINT] if sys.platform == "win32" else [signal.SIGINT, signal.SIGTERM]


def was_interrupted() -> bool:
    """Whether a signal has come since the present `interruptible` block began."""
    return _state.signal is not None


def is_interrupt(error: BaseException) -> bool:
    """Whether an error is an interrupt, or what a library made of one."""
    return isinstance(error, KeyboardInterrupt) or was_interrupted()


def raise_if_interrupted() -> None:
    """Raise `Interrupted` if a signal came and a library swallowed the exception."""
    if _state.signal is not None:
        raise Interrupted(_state.signal)


@contextmanager
def kept(say: Callable[[], str]) -> Iterator[None]:
    """Add a note to an interrupt that ends the block: what is kept, or how to go on.

    Args:
        say: called only then; returns the note. `interrupt_sentence` puts the notes into a sentence.
    """
    try:
        yield
    except BaseException as error:
        if is_interrupt(error):
            error.add_note(say())
        raise


@contextmanager
def held_back() -> Iterator[None]:
    """Run a block of a few seconds at most to its end: a signal that comes meanwhile raises `Interrupted` after it."""
    _state.holding = True
    try:
        yield
    finally:
        _state.holding, late, _state.late = False, _state.late, False
    if late:
        raise_if_interrupted()


def call_in_thread(call: Callable, *arguments: object) -> object:
    """Make a call in a thread and return its result, for a library that starts kernels with nbclient.

    In the main thread nbclient installs signal handlers of its own, which end the kernel only: the library takes the
    interrupt for a failed notebook and goes on with the next. Called in a thread, it leaves the handlers alone. An
    interrupt then ends the child processes of this process until the call ends, too.
    """
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(call, *arguments)
        try:
            return future.result()
        except KeyboardInterrupt:
            while not future.done():
                _end_children()
                wait([future], timeout=0.2)
            raise


def _end_children() -> None:
    import psutil  # ipykernel needs it: it is there wherever a kernel can run

    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()


def interrupt_sentence(error: BaseException) -> str:
    """The sentence for the user: ``stopped`` and the notes of `kept`, the innermost first."""
    return "; ".join(["stopped", *getattr(error, "__notes__", [])])


def interrupt_code(error: BaseException) -> int:
    """The exit code of an interrupted process: 130 after SIGINT, 143 after SIGTERM."""
    if isinstance(error, Interrupted):
        return error.exit_code
    return 128 + (signal.SIGINT if _state.signal is None else _state.signal)


def _after(seconds: float, call: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer


def _end_now(number: int) -> None:
    os.write(2, b"course: stopped; it did not end by itself, so it was ended; what was finished is kept\n")
    os._exit(128 + number)
