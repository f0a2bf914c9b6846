"""The numbers of the studies of learning rates (Dube et al. 2018), at each profile."""

from dataclasses import dataclass

from course_lib.data.mini.tasks import NUM_TASKS
from course_lib.sweeps.profiles import Profile
from course_lib.training.graduated import SCALES


@dataclass(frozen=True, kw_only=True)
class RatesProfile(Profile):
    """A profile of the studies of learning rates.

    Attributes:
        steps: of every run, whatever the number of its images, as in the document; `epochs` is not used.
        rates: rate of the last layer → rates of the inner layers that are tried with it.
        targets: how many of `TRANSFERS` are trained; None: all.
        tasks: how many of the seventy small tasks are trained.
        scales: of the graduated rates.
        task_epochs: of a small task.
        source_epochs: of every run that compares sources.
        source_rates: rates that validation chooses among, whatever the source.
        head_rates: the same for the last layer alone: the document's two and a higher one.
        random_rates: the highest of them and a higher one, for random initialisation that trains longer, too.
        size_rates: of the runs on few images; those on many have all but the first.
        source_images: about how many images of a domain train a target.
        source_targets: names of the targets; None: all.
        size_steps: of the runs on few and on many images.
        size_domains: of these runs; None: all.
    """

    steps: int
    rates: dict[float, tuple[float, ...]]
    targets: int | None = None
    tasks: int = NUM_TASKS
    scales: tuple[float, ...] = SCALES
    task_epochs: int = 20
    source_epochs: int = 16
    source_rates: tuple[float, ...] = (0.01, 0.03, 0.1)
    head_rates: tuple[float, ...] = (0.01, 0.1, 1.0)
    random_rates: tuple[float, ...] = (0.1, 0.3)
    size_rates: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3)
    source_images: int = 160
    source_targets: tuple[str, ...] | None = None
    size_steps: int = 300
    size_domains: tuple[str, ...] | None = None


# The document's grid: the inner rate grows by powers of ten from 0 up to the rate of the last layer (section 4.2).
PRINTED_RATES = {0.01: (0.0, 0.0001, 0.001, 0.01), 0.1: (0.0, 0.0001, 0.001, 0.01, 0.1)}
_MINI = {"architecture": "mini_resnet18", "weights": "mini_resnet18", "epochs": 1, "batch_size": 32}
PROFILES = {
    profile.name: profile
    for profile in (
        RatesProfile(
            name="smoke",
            seeds=2,
            size=32,
            steps=12,
            targets=3,
            rates={0.01: (0.0, 0.01), 0.1: (0.0, 0.01)},
            tasks=5,
            scales=(0.25, 1.0, 10.0),
            task_epochs=2,
            source_epochs=1,
            source_rates=(0.01, 0.03),
            random_rates=(0.1,),
            head_rates=(0.1,),
            source_targets=("tools", "household", "task-49"),
            size_steps=10,
            size_domains=("tools",),
            **_MINI,
        ),
        RatesProfile(name="mini", seeds=3, size=48, steps=400, rates=PRINTED_RATES, **_MINI),
        RatesProfile(name="paper", seeds=3, size=48, steps=9000, rates=PRINTED_RATES, **_MINI),
    )
}
