"""Time of calls, measured in turns."""

import time
from collections.abc import Callable, Mapping


def take_turns(
    ways: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Measure calls in turns, after one call of each to warm up; return the shortest seconds of each.

    A slow moment of the machine hits all of them, and whatever else the machine does only adds to a time.

    Args:
        clock: gives the seconds: `time.perf_counter` those that pass, `time.process_time` those of the processor.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for call in ways.values():
        call()
    for _ in range(rounds):
        for name, call in ways.items():
            began = clock()
            call()
            seconds[name].append(clock() - began)
    return {name: min(values) for name, values in seconds.items()}
