"""The reproduction report, as reviewers of reproductions ask for it: scope, claims, method, results, easy, hard."""

import gzip
from collections import Counter
from collections.abc import Sequence

from course_lib.analysis.card_counts import (
    DECIDED,
    NOT_TESTED,
    adjusted,
    changes,
    could_decide,
    count_verdicts,
    effect_text,
    expected_by_chance,
    too_wide,
    verdict_of,
)
from course_lib.analysis.report_card import VERDICTS, WORLDS, Row
from course_lib.paths import shipped_dir

MOST_LISTED = 6  # claims in a list


def reproduction_report(rows: Sequence[Row]) -> str:
    """Write the report as Markdown, at most two pages; every number in it is counted from the rows.

    Raises:
        ValueError: no claims.
    """
    if not rows:
        raise ValueError("no claims to report on: give the rows of a report card")
    sections = {
        "Scope": _scope(rows),
        "Claims": _claims_table(rows),
        "Method": _method(rows),
        "Results": _results(rows),
        "What was easy": _easy(rows),
        "What was hard": _hard(rows),
        "Communication with the original authors": "None.",
    }
    return "\n\n".join(["# Reproduction report", *(f"## {title}\n{text}" for title, text in sections.items())]) + "\n"


def count_runs(document: str) -> int:
    """Number of finished runs of a document that ship."""
    total = 0
    for path in (shipped_dir("data") / "results" / document).glob("*.jsonl.gz"):
        with gzip.open(path, "rb") as lines:
            total += sum(1 for _ in lines)
    return total


def _documents(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found = {}
    for row in rows:
        found.setdefault(row["document"], []).append(row)
    return found


def _scope(rows: Sequence[Row]) -> str:
    measured = {world: len(rows) - count_verdicts(rows, world)[NOT_TESTED] for world in WORLDS}
    return (
        f"{len(rows)} claims of {len(_documents(rows))} documents were tested: their sentences and tables, and "
        f"some of the course's own, marked as ours. {measured['mini']} have a measured effect in the mini world "
        f"(drawn images, networks trained on drawings), {measured['real']} on real images. No experiment was "
        "repeated with the document's own images, network and length of training together: a verdict is about the "
        "sentence, not about the printed number."
    )


def _claims_table(rows: Sequence[Row]) -> str:
    lines = ["| document | claims | mini world | real images |", "|---|---|---|---|"]
    for name, own in _documents(rows).items():
        cells = []
        for world in WORLDS:
            found = count_verdicts(own, world)
            cells.append(", ".join(f"{n} {word}" for word, n in found.items() if n))
        lines.append(f"| {name} | {len(own)} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def _method(rows: Sequence[Row]) -> str:
    runs = {name: count_runs(name) for name in _documents(rows)}
    seeds = sorted({row[world]["seeds"] for row in rows for world in WORLDS if row[world]["seeds"]})
    return (
        f"{sum(runs.values())} trainings ({', '.join(f'{n} for {name}' for name, n in runs.items())}), "
        f"{seeds[0]} to {seeds[-1]} seeds in a verdict. A claim is a range that an effect must lie in, such as above "
        "zero, or from half to twice the printed size. It is reproduced if the 95 % interval lies wholly inside, "
        "contradicted if wholly outside, else undecided. Validation chooses rates; a best rate at the end of its grid "
        "decides nothing. Some of the course's own claims were written after runs had been seen, and say so."
    )


def _results(rows: Sequence[Row]) -> str:
    lines = []
    for world, title in WORLDS.items():
        found, stands = count_verdicts(rows, world), adjusted(rows, world)
        holm = " and ".join(f"{n} {word}" for word, n in stands["Holm"].items())
        bh = " and ".join(f"{n} {word}" for word, n in stands["Benjamini–Hochberg"].items())
        lines.append(
            f"- *{title}*: {', '.join(f'{found[word]} {word}' for word in VERDICTS)}. If nothing had an effect, of the "
            f"{len(could_decide(rows, world))} that could be decided {expected_by_chance(rows, world):.1f} would be "
            f"reproduced on average. Tested together, {holm} stand by Holm's rule, {bh} by Benjamini and Hochberg's."
        )
    both = changes(rows)
    counts = Counter(both["the two"]) if len(both) else Counter()
    lines.append(
        f"- *Both worlds*: {len(both)} claims were measured in both and decided in one at least: {counts['the same']} "
        f"came out the same, {counts['opposite']} opposite, {counts['one decides']} are decided in one world alone."
    )
    for word in DECIDED:
        own = [row for row in rows if verdict_of(row, "real") == word]
        lines += _listed(f"{word.capitalize()} on real images", own, "real")
    lines.append(
        "- Claims on the same runs depend on each other. The expected number by chance holds all the same, its spread "
        "does not, and Benjamini and Hochberg's rule is proved for independent tests."
    )
    return "\n".join(lines)


def _listed(title: str, rows: Sequence[Row], world: str) -> list[str]:
    if not rows:
        return []
    shown = "; ".join(f"{row['id']} ({effect_text(row, world)})" for row in rows[:MOST_LISTED])
    more = f"; and {len(rows) - MOST_LISTED} more" if len(rows) > MOST_LISTED else ""
    return [f"- *{title}*: {shown}{more}."]


def _easy(rows: Sequence[Row]) -> str:
    decided = sum(verdict_of(row, "mini") in DECIDED for row in rows)
    return (
        f"Every claim could be written as one function over finished runs and one range. {decided} of {len(rows)} are "
        "decided in the mini world, which needs no download and no GPU."
    )


def _hard(rows: Sequence[Row]) -> str:
    edges = {world: sum(row[world]["at_edge"] for row in rows) for world in WORLDS}
    wide = {world: len(too_wide(rows, world)) for world in WORLDS}
    calibrated = sum(row["mini"]["calibrated"] for row in rows)
    missing = count_verdicts(rows, "real")[NOT_TESTED]
    lines = [
        f"- *Rates*: {edges['mini']} claims in the mini world and {edges['real']} on real images are undecided since a "
        "best rate is the lowest or highest of its grid.",
        f"- *Power*: {wide['mini']} and {wide['real']} intervals are wider than the claimed range, so that no effect "
        "whatever could have reproduced these claims with so few seeds, images or tasks.",
        f"- *Real images*: {missing} claims have no test there; the card says of each what it would take.",
        f"- *The mini world*: calibrated for {calibrated} of the claims (data/README.md), it does not test them.",
    ]
    return "\n".join(lines)
