"""Commands in processes of their own that are interrupted at a moment that the test chooses."""

import os
import signal
import subprocess
import sys
import time

import psutil

PATIENCE_S = 300  # on a machine that does other things too

# SIGINT as on a terminal: a background job of a shell would ignore it. The first argument, if any, is the package.
SCRIPT = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
from course_lib import paths
package, *arguments = sys.argv[1:]
paths._PACKAGE = Path(package) if package else paths._PACKAGE
from course_lib.cli import main
main(arguments)
"""


class Command:
    """A `course` command that runs until the `with` block ends; stdout and stderr go into one file."""

    def __init__(self, log, *arguments, package="", **environment):
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(package), *map(str, arguments)],
                cwd=log.parent,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:  # the test failed
            for process in [*self.children(), self.process]:
                process.kill()

    def children(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait_until(self, reached):
        deadline = time.monotonic() + PATIENCE_S
        while not reached():
            assert self.process.poll() is None, f"the command ended: {self.log.read_text()}"
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def end(self, number):
        """Send the signal; exit code and the last line that it said. None of its child processes is left."""
        children = self.children()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        _, left = psutil.wait_procs(children, timeout=PATIENCE_S)
        assert not left, left
        said = self.log.read_text()
        assert "Traceback" not in said, said
        return code, said.strip().splitlines()[-1]


def signals():
    """SIGINT and SIGTERM with the exit codes that they lead to."""
    return [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
