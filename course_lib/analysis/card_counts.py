"""Counts over the rows of a report card: verdicts, what chance gives, tests adjusted for their number, changes."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from course_lib.analysis.chance import UNDECIDED, benjamini_hochberg, chance_of, holm
from course_lib.analysis.report_card import VERDICTS, WORLDS, Row
from course_lib.analysis.verdicts import CONFIDENCE

NOT_TESTED = "not tested"
DECIDED = VERDICTS[:2]


def verdict_of(row: Row, world: str) -> str:
    """The verdict, or `NOT_TESTED` where nothing could be measured."""
    own = row[world]
    return NOT_TESTED if own["effect"] is None else own["verdict"]


def verdict_at(row: Row, world: str, confidence: float) -> str:
    """The verdict if the intervals had this confidence; of a decided claim without a p-value the one at 95 %."""
    own = row[world]
    if own["effect"] is None or own["p"] is None:
        return verdict_of(row, world)
    return own["side"] if own["p"] <= (1 - confidence) / 2 + 1e-12 else UNDECIDED


def count_verdicts(rows: Sequence[Row], world: str, confidence: float = CONFIDENCE) -> dict[str, int]:
    """Number of claims by verdict, those that were not tested last."""
    found = Counter(verdict_at(row, world, confidence) for row in rows)
    return {name: found[name] for name in (*VERDICTS, NOT_TESTED)}


def expected_by_chance(rows: Sequence[Row], world: str, confidence: float = CONFIDENCE) -> float:
    """How many claims would come out as reproduced on average if nothing had an effect.

    The sum of the claims' chances (`chance_of`, or a claim's own), of those whose interval can decide. It holds however
    the claims depend on each other; the spread around it does not, and of claims on the same runs it is larger than
    that of independent ones.
    """
    return sum(_chance(row[world], confidence) for row in rows)


def could_decide(rows: Sequence[Row], world: str) -> list[Row]:
    """The claims with an interval that may decide them: measured, and no best rate at the edge of its grid."""
    return [row for row in rows if row[world]["room"] is not None]


def too_wide(rows: Sequence[Row], world: str) -> list[Row]:
    """Those of them whose interval is wider than what is claimed: no effect whatever would reproduce them."""
    return [row for row in could_decide(rows, world) if _is_too_wide(row[world]["room"])]


def adjusted(rows: Sequence[Row], world: str, level: float = 1 - CONFIDENCE) -> dict[str, dict[str, int]]:
    """Number of verdicts that stand if all claims of this world are tested together: by Holm, and by BH.

    A verdict is two-sided, so its p-value counts twice, as 95 % intervals do. Of the claims that could be decided,
    those that are open at every confidence have a p-value of 1.

    Returns:
        ``"Holm"`` and ``"Benjamini–Hochberg"`` → number of claims by verdict.
    """
    own = [row[world] for row in rows if row[world]["p"] is not None or row[world]["room"] is not None]
    p = [1.0 if row["p"] is None else min(1.0, 2 * row["p"]) for row in own]
    ways = {"Holm": holm(p, level), "Benjamini–Hochberg": benjamini_hochberg(p, level)}
    return {
        way: {
            name: sum(row["side"] == name for row, holds in zip(own, stands, strict=True) if holds) for name in DECIDED
        }
        for way, stands in ways.items()
    }


def changes(rows: Sequence[Row]) -> pd.DataFrame:
    """The claims measured in both worlds that at least one of them decides, and how the two verdicts go together."""
    lines = {}
    for row in rows:
        mini, real = (verdict_of(row, world) for world in WORLDS)
        if NOT_TESTED in (mini, real) or mini == real == UNDECIDED:
            continue
        together = "the same" if mini == real else "one decides" if UNDECIDED in (mini, real) else "opposite"
        lines[row["id"]] = {"document": row["document"]}
        for world, name in WORLDS.items():
            lines[row["id"]] |= {name: marked(row[world]), f"{name}, effect": effect_text(row, world)}
        lines[row["id"]]["the two"] = together
    return pd.DataFrame.from_dict(lines, orient="index")


def card_table(rows: Sequence[Row]) -> pd.DataFrame:
    """The claims, a line each: what is claimed, verdict and effect in each world, and why it came out so."""
    lines = {}
    for row in rows:
        lines[row["id"]] = {"claim": row["claim"], "claimed": f"{row['claimed']} {row['unit']}".strip()}
        for world, title in WORLDS.items():
            lines[row["id"]] |= {title: marked(row[world]), f"{title}, effect": effect_text(row, world)}
        lines[row["id"]]["why, real images"] = row["real"]["why"]
    return pd.DataFrame.from_dict(lines, orient="index")


def document_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Number of claims of each document (rows) by world and verdict (columns), and a row with all."""
    names = dict.fromkeys(row["document"] for row in rows)
    groups = {name: [row for row in rows if row["document"] == name] for name in names} | {"all": list(rows)}
    lines = {
        name: {("", "claims"): len(own)}
        | {(title, word): n for world, title in WORLDS.items() for word, n in count_verdicts(own, world).items()}
        for name, own in groups.items()
    }
    return pd.DataFrame.from_dict(lines, orient="index")


def chance_table(rows: Sequence[Row]) -> pd.DataFrame:
    """For each world: claims that could be decided, how many chance would reproduce, how many came out, adjusted."""
    lines = {}
    for world, title in WORLDS.items():
        own, stands = count_verdicts(rows, world), adjusted(rows, world)
        lines[title] = {
            "with an interval that may decide": len(could_decide(rows, world)),
            "… of these wider than what is claimed": len(too_wide(rows, world)),
            "reproduced by chance, expected": round(expected_by_chance(rows, world), 1),
            "reproduced": own["reproduced"],
            "contradicted": own["contradicted"],
        }
        lines[title] |= {f"{name}, {way}": count for way, found in stands.items() for name, count in found.items()}
    return pd.DataFrame(lines)


def summary(rows: Sequence[Row]) -> dict:
    """All counts as plain values: by document and world, and what chance gives."""
    names = dict.fromkeys(row["document"] for row in rows)
    return {
        "claims": len(rows),
        "documents": {name: sum(row["document"] == name for row in rows) for name in names},
        **{
            world: {
                "verdicts": count_verdicts(rows, world),
                "calibrated": sum(row[world]["calibrated"] and verdict_of(row, world) in DECIDED for row in rows),
                "could_decide": len(could_decide(rows, world)),
                "expected_by_chance": round(expected_by_chance(rows, world), 2),
                "adjusted": adjusted(rows, world),
            }
            for world in WORLDS
        },
    }


def summary_lines(found: Mapping) -> list[str]:
    """`summary` in words, a line for each world."""
    lines = [f"{found['claims']} claims: " + ", ".join(f"{n} of {name}" for name, n in found["documents"].items())]
    for world, title in WORLDS.items():
        own = found[world]
        words = ", ".join(f"{n} {name}" for name, n in own["verdicts"].items())
        chance = f"{own['expected_by_chance']:.1f} of {own['could_decide']} would be reproduced by chance"
        stands = "; ".join(
            f"{way}: {', '.join(f'{n} {k}' for k, n in c.items())}" for way, c in own["adjusted"].items()
        )
        lines.append(f"{title}: {words}. {chance}. Tested together, {stands}.")
    return lines


def marked(own: Mapping) -> str:
    """The verdict in a world, with a star for a calibrated one and a dagger for an edge; a dash if not tested."""
    if own["effect"] is None:
        return "–"
    marks = {"*": own["calibrated"], "†": own["at_edge"]}
    return " ".join([own["verdict"], *(mark for mark, holds in marks.items() if holds)])


def effect_text(row: Row, world: str) -> str:
    """``"12.3 [8.1, 16.5] points"``, or a dash."""
    own = row[world]
    if own["effect"] is None:
        return "–"
    effect, low, high = ("?" if own[name] is None else f"{own[name]:g}" for name in ("effect", "low", "high"))
    return f"{effect} [{low}, {high}] {row['unit']}".strip()


def _chance(own: Mapping, confidence: float) -> float:
    if own["room"] is None:
        return 0.0
    return own["chance"] if own["chance"] is not None else chance_of(own["room"], confidence)


def _is_too_wide(bounds: Sequence[float | None]) -> bool:
    """Whether a region, with bounds in standard errors, is narrower than a 95 % interval."""
    low, high = bounds
    return low is not None and high is not None and high - low <= 2 * 1.96
