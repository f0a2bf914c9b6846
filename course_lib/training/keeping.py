"""Weights of a training after chosen numbers of epochs, kept for probes that ask for them."""

import math
from collections.abc import Iterable

from torch import Tensor

from course_lib.models.freezing import snapshot
from course_lib.models.network import Network


def check_numbers(numbers: Iterable[float], epochs: int) -> None:
    """Refuse numbers of epochs that a training of `epochs` epochs never reaches.

    Raises:
        ValueError: a number is not positive, or beyond the last epoch.
    """
    for number in numbers:
        if not (math.isfinite(number) and number > 0):
            raise ValueError(f"no weights can be kept after {number:g} epochs: give a number above 0")
        if number > epochs:
            raise ValueError(
                f"no weights can be kept after {number:g} epochs: the recipe trains {epochs}, ask for fewer"
            )


class KeptStates:
    """Weights after chosen numbers of epochs.

    Args:
        numbers: of epochs. A fraction means batches: 1.25 is one epoch and then the nearest whole number of batches
            to a quarter of them, at least one.
        num_batches: in one epoch.

    Attributes:
        states: the weights so far, by number.
    """

    def __init__(self, numbers: Iterable[float], num_batches: int):
        self._steps = {float(number): _count_steps(number, num_batches) for number in numbers}
        self.states: dict[float, dict[str, Tensor]] = {}

    def after_step(self, step: int, model: Network) -> None:
        """Keep the weights if they are wanted after that many steps."""
        if step not in self._steps.values():
            return
        state = snapshot(model)
        self.states |= {number: state for number, wanted in self._steps.items() if wanted == step}

    def can_go_on(self, states: dict[float, dict[str, Tensor]], step: int) -> bool:
        """Tell whether kept states hold all that was wanted up to a step."""
        return all(number in states for number, wanted in self._steps.items() if wanted <= step)

    def restore(self, states: dict[float, dict[str, Tensor]]) -> None:
        """Go on with kept states, those of them that are wanted."""
        self.states = {number: states[number] for number in self._steps if number in states}


def _count_steps(number: float, num_batches: int) -> int:
    part, whole = math.modf(number)
    return int(whole) * num_batches + (max(1, round(part * num_batches)) if part else 0)
