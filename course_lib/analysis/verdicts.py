"""A claim of a document as a test over finished runs, and the rule that judges it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import num_images, setting
from course_lib.analysis.settings import widen

CONFIDENCE = 0.95
Runs = Mapping[str, Sequence[dict]]  # records by study
_SCALES = {"points": 100, "%": 100}  # intervals hold fractions


@dataclass(frozen=True)
class Region:
    """The values of an effect for which the claim holds, bounds excluded; fractions for accuracies."""

    low: float = float("-inf")
    high: float = float("inf")

    def holds(self, found: Interval) -> bool:
        """Whether the interval lies wholly inside."""
        return self.low < found.low and found.high < self.high

    def fails(self, found: Interval) -> bool:
        """Whether the interval lies wholly outside."""
        return found.high <= self.low or found.low >= self.high

    def depth(self, found: Interval) -> float:
        """How far the estimate is inside; negative outside."""
        return min(found.estimate - self.low, self.high - found.estimate)

    def bounds(self, unit: str) -> list[float | None]:
        """Lower and upper bound in that unit; None for an infinite one."""
        scaled = (_SCALES.get(unit, 1) * value for value in (self.low, self.high))
        return [_round(value) if math.isfinite(value) else None for value in scaled]

    def text(self, unit: str) -> str:
        """``"> 0"``, ``"-3 to 3"`` … in that unit."""
        low, high = self.bounds(unit)
        if high is None:
            return f"> {low:g}"
        return f"< {high:g}" if low is None else f"{low:g} to {high:g}"


POSITIVE, NEGATIVE = Region(low=0), Region(high=0)
Measure = Callable[[Runs, float], Mapping[str, Interval]]


def about(printed: float) -> Region:
    """Region of effects of the same sign as the printed one, from half to twice its size."""
    return Region(*sorted((printed / 2, 2 * printed)))


@dataclass(frozen=True)
class RealTest:
    """How runs on real images test a claim whose own studies are drawn images alone.

    Attributes:
        studies: names of the studies at profile ``"real"``, in place of the claim's.
        measure: as of `Claim`, of the runs of these studies.
        tested: what is measured, in words.
        images: as of `Claim`.
    """

    studies: tuple[str, ...]
    measure: Measure
    tested: str
    images: str = "test"


@dataclass(frozen=True)
class Claim:
    """A sentence of a document that finished runs can support or refute.

    Args:
        sentence: the document's words, or the numbers of a table.
        place: section or table.
        tested: what is measured, in words.
        studies: names of the studies whose runs are needed; all their runs must be there.
        measure: callable (records by study, confidence) → effects with their intervals by label; several labels when
            the sentence says the same of several things. Raises ValueError when the records do not suffice.
        region: where the effect lies if the claim is true.
        unit: of the effect: ``"points"`` and ``"%"`` are fractions × 100, all others are shown as they are.
        images: ``"test"``, ``"val"`` or ``"train"``: whose number of images is shown beside the verdict.
        document: name of the document; `find_claims` fills it in.
        calibrated: whether the mini world was calibrated for this claim (data/README.md), so that runs on its images
            are no independent test.
        about_the_end: whether it is about where training ends, which runs of a `short` profile do not show.
        wider: names of studies whose runs widen the grids of `studies`, see `widen`; those that are complete do.
        on_real: the test at profile ``"real"``, where it is another one than at the other profiles.
        chance: probability that the claim comes out as reproduced if nothing has an effect, where the rule's does not
            apply, e.g. of a rank; see `course_lib.analysis.chance`.
    """

    id: str
    sentence: str
    place: str
    tested: str
    studies: tuple[str, ...]
    measure: Measure
    region: Region
    unit: str = "points"
    images: str = "test"
    document: str = ""
    calibrated: bool = False
    about_the_end: bool = False
    wider: tuple[str, ...] = ()
    on_real: RealTest | None = None
    chance: float | None = None

    def at(self, profile: str) -> "Claim":
        """The claim as it is tested at a profile: by its test on real images, if it has one and the profile is real."""
        if profile != "real" or self.on_real is None:
            return self
        test = self.on_real
        changes = {"studies": test.studies, "measure": test.measure, "tested": test.tested, "images": test.images}
        return replace(self, **changes, wider=())

    @property
    def takes(self) -> tuple[str, ...]:
        """Names of all studies whose runs it takes."""
        return tuple(dict.fromkeys((*self.studies, *self.wider)))


@dataclass(frozen=True)
class Verdict:
    """Result of testing a claim with finished runs.

    Attributes:
        verdict: ``"reproduced"``, ``"contradicted"`` or ``"undecided"``.
        reason: the interval that decided, or why there is none.
        effect: that interval; None when nothing could be measured.
        images: numbers of images, one for each size of the part that the claim names.
        calibrated: whether the runs are of the mini world and the world was calibrated for this claim.
    """

    claim: Claim
    verdict: str
    reason: str
    effect: Interval | None = None
    seeds: int = 0
    images: tuple[int, ...] = ()
    calibrated: bool = False

    def row(self) -> dict:
        """The verdict as plain values for JSON: effect and interval in the claim's unit, None where there is none."""
        claim, found = self.claim, self.effect
        scale = _SCALES.get(claim.unit, 1)
        numbers = (found.estimate, found.low, found.high) if found else (None, None, None)
        effect, low, high = (None if n is None or not math.isfinite(n) else _round(scale * n) for n in numbers)
        row = {"id": claim.id, "claim": claim.sentence, "document": claim.document, "place": claim.place}
        row |= {"tested": claim.tested, "claimed": claim.region.text(claim.unit), "verdict": self.verdict}
        row |= {"region": claim.region.bounds(claim.unit), "at_edge": self.at_edge}
        row |= {"effect": effect, "low": low, "high": high, "unit": claim.unit, "seeds": self.seeds}
        row |= {"images": self.images_text, "studies": list(claim.takes), "reason": self.reason}
        return row | {"calibrated": self.calibrated}

    @property
    def at_edge(self) -> bool:
        """Whether the best rate of a grid that decides is its lowest or highest one."""
        return bool(self.effect and self.effect.edge)

    @property
    def effect_text(self) -> str:
        """``"12.3 [8.1, 16.5] points"``, or a dash."""
        row = self.row()
        if not self.effect:
            return "–"
        effect, low, high = ("?" if row[name] is None else f"{row[name]:g}" for name in ("effect", "low", "high"))
        return f"{effect} [{low}, {high}] {row['unit']}"

    @property
    def images_text(self) -> str:
        """``"236 test"``, ``"236 and 2108 test"``, or a dash."""
        if len(self.images) > 3:
            return f"{self.images[0]} to {self.images[-1]} {self.claim.images}"
        return " and ".join(map(str, self.images)) + f" {self.claim.images}" if self.images else "–"


def judge(claim: Claim, runs: Runs, expected: Mapping[str, int], confidence: float = CONFIDENCE) -> Verdict:
    """Decide whether finished runs reproduce a claim, by a rule fixed before any run was seen.

    *reproduced*: the 95 % interval of the effect lies wholly within the claimed region. *contradicted*: it lies wholly
    outside. *undecided*: neither, or runs are missing, or too few to say how sure one can be.

    A claim about k things is reproduced when it holds for all of them, and contradicted when it fails for one whose
    interval was widened to 1 − 0.05/k (Bonferroni), since one of k may fail by chance. The interval that decides is
    the one reported. Claims are not corrected for each other: of twenty true ones, one may be contradicted by chance.

    An effect of runs that were chosen at the lowest or highest rate of their grid decides nothing, since a better rate
    may lie beyond it: the verdict is *undecided: edge of the grid*.

    A claim that the mini world was calibrated for has a verdict by the same rule, marked as `calibrated`.

    Args:
        runs: the finished records of each study of the claim.
        expected: how many runs each study has when nothing is missing; without the studies that a profile lacks.
        confidence: of the intervals; every verdict of the course is at 95 %.
    """
    for name in claim.studies:
        if name not in expected:
            return Verdict(claim, "undecided", f"the study {name} is not trained at this profile")
        if len(runs[name]) < expected[name]:
            reason = f"{len(runs[name])} of {expected[name]} runs are there at this profile: course study {name}"
            return Verdict(claim, "undecided", reason)
    complete = [name for name in claim.wider if name in expected and len(runs[name]) >= expected[name]]
    more = [record for name in complete for record in runs[name]]
    runs = {name: widen(runs[name], more) if more else runs[name] for name in claim.studies}
    records = [record for name in claim.studies for record in runs[name]]
    seeds, images = len({setting(r, "seed") for r in records}), {num_images(r, claim.images) for r in records} - {None}
    drawn = any(str(setting(r, "source")).startswith("mini:") for r in records)
    common = {"images": tuple(sorted(images)), "calibrated": claim.calibrated and drawn}
    try:
        verdict, label, found = _decide(claim, runs, confidence)
    except ValueError as error:
        return Verdict(claim, "undecided", f"cannot be measured: {error}", seeds=seeds, **common)
    decisive = found[label]
    where = f"{label} (of {len(found)}): " if len(found) > 1 else ""
    reason = f"{where}{decisive.edge or decisive.method}"
    return Verdict(claim, verdict, reason, decisive, decisive.seeds or seeds, **common)


def _decide(claim: Claim, runs: Runs, confidence: float) -> tuple[str, str, Mapping[str, Interval]]:
    """The verdict, the label of the interval that decided it (the least favourable), and all intervals."""
    region, found = claim.region, claim.measure(runs, confidence)
    left = [label for label, interval in found.items() if interval.edge or not region.holds(interval)]
    if not left:
        return "reproduced", min(found, key=lambda label: region.depth(found[label])), found
    wide = claim.measure(runs, 1 - (1 - confidence) / len(found)) if len(found) > 1 else found
    if failing := [label for label in left if region.fails(wide[label]) and not wide[label].edge]:
        return "contradicted", min(failing, key=lambda label: region.depth(wide[label])), wide
    return "undecided", min(left, key=lambda label: region.depth(found[label])), found


def _round(value: float) -> float:
    """One digit after the point, or two significant ones if it is small."""
    return round(value, 1) if abs(value) >= 1 else float(f"{value:.2g}")
