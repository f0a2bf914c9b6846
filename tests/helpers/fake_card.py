"""Rows of a report card with given verdicts, for tests."""

UNTESTED = {
    "effect": None,
    "low": None,
    "high": None,
    "p": None,
    "room": None,
    "side": "undecided",
    "reason": "no runs",
}


def world(verdict="undecided", p=0.2, room=(0.0, None), *, at_edge=False, calibrated=False, chance=None, side=None):
    """One world of a row; `verdict` None: not tested there."""
    own = {"tested": "accuracy of A minus B", "seeds": 3, "images": "100 test", "at_edge": at_edge}
    own |= {"calibrated": calibrated, "chance": chance, "why": "because", "reason": "t, 3 seeds"}
    if verdict is None:
        return own | {"verdict": "undecided"} | UNTESTED
    sign = -1 if verdict == "contradicted" else 1
    low, high = (-1.0, 5.0) if verdict == "undecided" else sorted((sign * 1.0, sign * 3.0))
    own |= {"verdict": verdict, "effect": 2.0 * sign, "low": low, "high": high}
    side = side or ("reproduced" if verdict == "undecided" else verdict)
    return own | {"p": None if at_edge else p, "room": None if at_edge else room, "side": side}


def row(name, document, mini, real):
    """A row of a claim "above zero"."""
    facts = {"id": name, "document": document, "claim": f"A beats B <{name}>", "place": "Table 1"}
    return facts | {"unit": "points", "claimed": "> 0", "region": [0.0, None], "mini": mini, "real": real}


def rows():
    """Seven claims of two documents, each kind of verdict among them."""
    return [
        row("one", "alpha", world("reproduced", 0.0004), world("reproduced", 0.001)),
        row("two", "alpha", world("reproduced", 0.02), world("contradicted", 0.01)),
        row("three", "alpha", world("undecided", 0.2), world("reproduced", 0.002)),
        row("four", "alpha", world("undecided", at_edge=True, side="undecided"), world(None)),
        row("five", "beta", world("contradicted", 0.0005, (1.0, 3.0)), world(None)),
        row("six", "beta", world("reproduced", 0.01, calibrated=True), world("undecided", 0.04)),
        row("seven", "beta", world("undecided", 0.3, (4.0, 16.0)), world("undecided", 0.1, chance=0.01)),
    ]
