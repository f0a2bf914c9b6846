"""Finished runs as evidence for advice: tasks, and what the rates of the stages gained there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from course_lib.analysis.records import num_images, score_of, select, setting
from course_lib.analysis.selection import best_runs, grid_edge
from course_lib.data.mini.tasks import task_named, task_names
from course_lib.data.transfers import TRANSFERS
from course_lib.models.network import HEAD, value_at
from course_lib.sweeps.ledger import shipped_runs
from course_lib.sweeps.studies.rates.layered import VARY
from course_lib.training.graduated import BASE_RATE, HEAD_MULTIPLIER, MULTIPLIERS, STAGES

_DIGITS = 9  # of a rate; 0.001 × 16 / 16 is 0.001


@dataclass(frozen=True)
class Evidence:
    """Shipped studies of learning rates that the advice may rest on.

    Attributes:
        studies: names of their files in ``data/results/rates``, read together.
        drawn: whether the images are drawings of the mini world.
        about: network, size and length of the runs.
    """

    studies: tuple[str, ...]
    drawn: bool
    about: str = ""


# The first that has finished runs is used: real images before drawings, many tasks before few.
EVIDENCE = (
    Evidence(
        ("real_scales.real", "real_running.real"),
        drawn=False,
        about="EfficientNet-Lite0 from ImageNet, 64 pixels, eight epochs",
    ),
    Evidence(("scales", "scale_heads"), drawn=True, about="a small ResNet-18, 48 pixels, twenty epochs"),
    Evidence(("layer_rates",), drawn=True, about="a small ResNet-18, 48 pixels, 400 steps"),
)


@dataclass(frozen=True)
class Plan:
    """Rates of the stages, and how the runs were trained with them.

    Attributes:
        inner: rate of the stem and of each of the four stages.
        head: rate of the last layer.
        momentum: of SGD.
        batch_size: images a step.
        falls: how often the rate falls to a tenth, after equal parts of the epochs; 0: it is constant.
        normalisation: of the trained stages, see `Recipe`.
    """

    inner: tuple[float, ...]
    head: float
    momentum: float
    batch_size: int
    falls: int
    normalisation: str = "batch"

    def rates(self) -> tuple[float, ...]:
        """Rates of the stem, the stages and the head."""
        return (*self.inner, self.head)

    def options(self, epochs: int) -> list[str]:
        """Options of `course train` that train with these rates for so many epochs."""
        scale = _plain(self.head / BASE_RATE / HEAD_MULTIPLIER)
        graduated = tuple(_plain(scale * each * BASE_RATE) for each in MULTIPLIERS) == self.inner
        scale, base = (scale, scale * BASE_RATE) if graduated else (1.0, BASE_RATE)
        multipliers = ",".join(f"{rate / base:.6g}" for rate in self.inner)
        options = ["--rates", multipliers, "--head-rate", f"{self.head / base:.6g}", "--scale", f"{scale:g}"]
        settings = {"momentum": f"{self.momentum:g}", "batch_size": str(self.batch_size), "epochs": str(epochs)}
        falls = sorted({round(epochs * (k + 1) / (self.falls + 1)) for k in range(self.falls)} - {0, epochs})
        if falls:
            settings |= {"schedule": "steps", "milestones": f"[{','.join(map(str, falls))}]"}
        if self.normalisation != "batch":
            settings |= {"normalisation": self.normalisation}
        return options + [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]


@dataclass(frozen=True, eq=False)
class Task:
    """A task of a study, and what was gained there.

    Attributes:
        name: of its images, and of the source of the weights if a study has several.
        num_classes, images_per_class: of its training images.
        steps: of training, mean over the runs.
        gains: test accuracy of each plan minus that of the last layer alone, both means over the seeds.
        runs: number of runs of each plan.
        num_baseline: runs of the last layer alone, one for each seed: validation chose its rate.
        at_edge: whether the best rate of the last layer alone is the lowest or highest tried, so that a rate beyond
            may be better, and the gains smaller.
    """

    name: str
    num_classes: int
    images_per_class: float
    steps: float
    gains: dict[Plan, float]
    runs: dict[Plan, int]
    num_baseline: int
    at_edge: bool


def tasks_of(evidence: Evidence) -> tuple[Task, ...]:
    """Read the tasks of shipped studies; none if they are not shipped."""
    found = [run for study in evidence.studies for run in shipped_runs("rates", study).values()]
    return tasks_from(found)


def tasks_from(records: Iterable[dict]) -> tuple[Task, ...]:
    """Make a task of all runs on the same images from the same weights, if the last layer alone is among them.

    Of SGD only, since rates of different optimisers are not of one scale.
    """
    groups = {}
    for record in sorted(select(records, optimizer="sgd"), key=lambda run: run["key"]):
        images = (setting(record, "source"), _classes(record), setting(record, "per_class"))
        groups.setdefault((images, setting(record, "start")), []).append(record)
    tasks = (_task(runs) for runs in groups.values())
    return tuple(task for task in tasks if task is not None)


def _task(runs: Sequence[dict]) -> Task | None:
    frozen = [run for run in runs if not any(_plan(run).inner)]
    others = [run for run in runs if any(_plan(run).inner) and score_of(run) is not None]
    baseline = [run for run in best_runs(frozen, VARY) if score_of(run) is not None] if frozen else []
    if not baseline or not others:
        return None
    scores, only = {}, {setting(run, "seed"): score_of(run) for run in baseline}
    for run in others:
        if setting(run, "seed") in only:
            scores.setdefault(_plan(run), []).append(score_of(run) - only[setting(run, "seed")])
    first, num_train = runs[0], num_images(runs[0], "train")
    steps = mean(setting(run, "epochs") * -(-num_train // setting(run, "batch_size")) for run in others)
    name, classes = f"{setting(first, 'source')} from {setting(first, 'start')}", _num_classes(first)
    gains = {plan: mean(own) for plan, own in scores.items()}
    runs_of = {plan: len(own) for plan, own in scores.items()}
    return Task(name, classes, num_train / classes, steps, gains, runs_of, len(baseline), bool(grid_edge(frozen, VARY)))


def _plan(record: dict) -> Plan:
    lr, multipliers = setting(record, "lr"), setting(record, "multipliers") or {}
    *inner, head = (_plain(lr * value_at(multipliers, stage, 1.0)) for stage in (*STAGES, HEAD))
    falls = len(setting(record, "milestones") or ())
    settings = (setting(record, name) for name in ("momentum", "batch_size"))
    return Plan(tuple(inner), head, *settings, falls, setting(record, "normalisation"))


def _classes(record: dict) -> tuple[str, ...]:
    return tuple(setting(record, "classes") or ())


def _num_classes(record: dict) -> int:
    """Number of classes: of those that the data name, else of the mini world's task or target.

    Raises:
        ValueError: none of them tells it.
    """
    if named := _classes(record):
        return len(named)
    if record.get("num_classes"):
        return int(record["num_classes"])
    name = setting(record, "source").removeprefix("mini:")
    if name in task_names():
        return int(task_named(name).facts()["classes"])
    for pair in TRANSFERS:
        if pair.target == name:
            return pair.num_train // pair.images_per_label
    raise ValueError(f"a run on '{setting(record, 'source')}' does not tell its classes: its data must name them")


def _plain(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
