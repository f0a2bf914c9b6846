"""A `course study` that can be killed: it tells of its start, and of each run the moment the ledger has taken it."""

import os
import signal
import sys

from course_lib.cli import main, sweeps
from course_lib.sweeps.ledger import Ledger

READY = "ready"


def tell(log, word):
    """Append a line in one call, which no kill can cut in two."""
    os.write(log, f"{word}\n".encode())


def drive(log, *arguments):
    """Run ``course study`` with these arguments."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell would ignore SIGINT
    log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    put, study = Ledger.put, sweeps.study.callback

    def put_and_tell(ledger, record):
        put(ledger, record)
        tell(log, record["key"])

    def tell_and_study(**options):
        tell(log, READY)
        study(**options)

    Ledger.put, sweeps.study.callback = put_and_tell, tell_and_study
    main(["study", *arguments])


if __name__ == "__main__":
    drive(*sys.argv[1:])
