"""Advice for new images from finished runs: which rates of the stages to try first, with the evidence for it."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from statistics import mean, median

from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.rates.evidence import EVIDENCE, Evidence, Plan, Task, tasks_of

NEAREST = 12  # tasks that the advice rests on
RULE = (
    f"Of the tasks of the study, the {NEAREST} nearest in classes and in training images per class are taken (all, if "
    "there are fewer).",
    "The rates with the highest mean test accuracy above that of the last layer alone are the ones to try.",
    "What these rates gain is measured on each task after choosing the rates by the other tasks alone; the last "
    "layer alone comes first if the 95 % interval of the gain over the tasks includes 0, or if its own best rate is on "
    "most tasks the lowest or highest tried.",
)


@dataclass(frozen=True)
class Facts:
    """What the advice depends on.

    Attributes:
        num_classes: of the images, at least 2.
        images_per_class: training images, mean over the classes.
    """

    num_classes: int
    images_per_class: float


@dataclass(frozen=True)
class Advice:
    """What to try first.

    Attributes:
        facts: of the new images.
        evidence: the study that the advice rests on.
        tasks: of this study, the nearest first.
        plan: the best rates on these tasks.
        gain: test accuracy above that of the last layer alone on a task whose outcome took no part in the choice;
            interval over the tasks.
        num_runs: of the plan on these tasks, and of the last layer alone.
    """

    facts: Facts
    evidence: Evidence
    tasks: tuple[Task, ...]
    plan: Plan
    gain: Interval
    num_runs: int

    @property
    def num_at_edge(self) -> int:
        """Number of tasks where the best rate of the last layer alone is the lowest or highest tried."""
        return sum(task.at_edge for task in self.tasks)

    @property
    def verdict(self) -> str:
        """``"shown"``: the interval of the gain lies above 0; ``"not shown"``: it does not.

        ``"undecided"``: it does, but on most tasks the best rate of the last layer alone is at the edge of its grid.
        """
        if self.gain.low <= 0:
            return "not shown"
        return "undecided" if 2 * self.num_at_edge > len(self.tasks) else "shown"

    @property
    def is_beyond(self) -> bool:
        """Whether the facts lie outside the range of all tasks that the advice rests on."""
        pairs = (("num_classes", self.facts.num_classes), ("images_per_class", self.facts.images_per_class))
        ranges = [(value, [getattr(task, name) for task in self.tasks]) for name, value in pairs]
        return any(not min(known) <= value <= max(known) for value, known in ranges)

    def options(self) -> list[str]:
        """Options of `course train` that train with the rates of the plan, for as many steps as on the tasks."""
        num_train = self.facts.num_classes * self.facts.images_per_class
        steps = median(task.steps for task in self.tasks)
        return self.plan.options(max(1, round(steps / math.ceil(num_train / self.plan.batch_size))))

    def record(self) -> dict:
        """Return the advice as plain values for JSON, the gain as fractions."""
        gain = {name: getattr(self.gain, name) for name in ("estimate", "low", "high", "method")}
        return {
            "facts": asdict(self.facts),
            "first": "rates" if self.verdict == "shown" else "last_layer",
            "verdict": self.verdict,
            "options_of_rates": self.options(),
            "rates": list(self.plan.rates()),
            "gain": gain,
            "at_edge": self.num_at_edge,
            "studies": list(self.evidence.studies),
            "drawn_images": self.evidence.drawn,
            "tasks": [task.name for task in self.tasks],
            "runs": self.num_runs,
            "beyond_the_tasks": self.is_beyond,
            "rule": list(RULE),
        }


def advise(facts: Facts, evidence: Sequence[Evidence] = EVIDENCE) -> Advice:
    """Advise rates of the stages from the first study that has finished runs; studies of real images come first.

    Raises:
        ValueError: fewer than two classes, no training images, or no study with two tasks.
    """
    if facts.num_classes < 2 or facts.images_per_class <= 0:
        raise ValueError(
            f"{facts.num_classes} classes with {facts.images_per_class:g} training images each: advice needs at least "
            "two classes and an image of each"
        )
    for study in evidence:
        if len(tasks := _tasks(study)) >= 2:
            return _advise(facts, study, tasks)
    raise ValueError(f"no finished runs of {', '.join(e.studies[0] for e in evidence)}: the advice rests on them")


_tasks = cache(tasks_of)


def _advise(facts: Facts, study: Evidence, tasks: Sequence[Task]) -> Advice:
    near = tuple(sorted(tasks, key=lambda task: _distance(facts, task))[:NEAREST])
    plan = best_plan(near)
    left_out = [task.gains[best_plan([other for other in near if other is not task])] for task in near]
    found = seed_interval(left_out, unit="points")
    gain = Interval(found.estimate, found.low, found.high, f"t, {len(near)} tasks, each left out once", unit="points")
    num_runs = sum(task.runs[plan] + task.num_baseline for task in near)
    return Advice(facts, study, near, plan, gain, num_runs)


def best_plan(tasks: Sequence[Task]) -> Plan:
    """The rates with the highest mean gain, among those that were tried on every task; of equal ones the lowest.

    Raises:
        ValueError: no rates were tried on all of the tasks.
    """
    common = [plan for plan in tasks[0].gains if all(plan in task.gains for task in tasks)]
    if not common:
        raise ValueError("no rates were tried on all of these tasks: give tasks of one study")
    return max(sorted(common, key=Plan.rates), key=lambda plan: mean(task.gains[plan] for task in tasks))


def _distance(facts: Facts, task: Task) -> float:
    classes = math.log(facts.num_classes / task.num_classes)
    return math.hypot(classes, math.log(facts.images_per_class / task.images_per_class))
