"""A study: a named grid of trials, at every profile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from course_lib.sweeps.profiles import Profile, pick_profile

if TYPE_CHECKING:
    from course_lib.sweeps.trial import Trial  # imports torch

VARY = ("optimizer", "lr")


@dataclass(frozen=True)
class Study:
    """A named grid of trials.

    Args:
        name: what `course study` calls it.
        about: one line for a list of studies, with the table or figure it belongs to.
        build: makes the trials from a profile, the name of an image source and the seeds.
        profiles: the numbers of each profile, by name.
        document: the document whose claims it tests; its finished runs ship in ``data/results/<document>/<name>``.
        data: the image source when nobody names another one.
        vary: settings that validation chooses among. All other settings of a recipe and its data tell one
            comparison from another.
        seeds: number of seeds at a profile when nobody says otherwise.
    """

    name: str
    about: str
    build: Callable[[Profile, str, range], "list[Trial]"]
    profiles: Mapping[str, Profile]
    document: str = ""
    data: str = "mini:cartoon"
    vary: tuple[str, ...] = VARY
    seeds: Callable[[Profile], int] = attrgetter("seeds")

    def trials(self, profile: str = "mini", data: str | None = None, seeds: int | None = None) -> "list[Trial]":
        """List the trials of the study.

        Args:
            data: an image source; by default the profile's or, if that names none, the study's own.
            seeds: how many seeds (0, 1, …); the study's number at that profile by default.

        Raises:
            ValueError: unknown profile, or fewer than one seed.
        """
        numbers = pick_profile(self.profiles, profile)
        count = self.seeds(numbers) if seeds is None else seeds
        if count < 1:
            raise ValueError(f"seeds = {count}: a study needs at least one seed (three or more for an interval)")
        return self.build(numbers, data or numbers.source or self.data, range(count))
