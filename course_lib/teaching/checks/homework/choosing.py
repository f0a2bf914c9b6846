"""Check of lesson 03 on choosing the rate and the epoch by validation, among generated runs."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from course_lib.analysis.records import score_of
from course_lib.teaching.checks.cases import are_told_apart, case_generator, draw_until
from course_lib.teaching.checks.common import (
    answers_to,
    as_numbers,
    attempt,
    fault_of,
    find_hidden_fault,
    find_mistake,
    verdict,
)

Choice = tuple[float, float]  # (lr, epoch)
_RATES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
_NUM_CASES = 4


def check_choice(choose: Callable) -> bool:
    """Check a function that chooses the rate and the epoch among finished runs.

    Args:
        choose: ``choose(records) -> (lr, epoch)``, epoch 0-based, for records as `course_lib.sweeps.run_study` gives.

    Returns:
        whether it takes the highest validation accuracy; the message names by what it chose instead.
    """
    praise = "the epoch with the highest validation accuracy, the test unseen."
    return verdict("choose", fault_of(_choice_fault, choose), praise)


def _choice_fault(choose: Callable) -> str | None:
    """What is wrong with the choice, or None; it must not depend on the order of the records."""
    draw = case_generator()
    cases = draw_until(lambda: [_draw_records(draw) for _ in range(_NUM_CASES)], _is_telling)
    given, fault = answers_to(partial(_call_choose, choose), cases)
    if fault:
        return fault
    wanted = [_best(records) for records in cases]
    if all(map(_same, given, wanted)):
        hidden = {
            "the same records in another order": [(records[::-1],) for records in cases],
            "a single run": [(_draw_records(draw)[:1],)],
            "other records": [(_draw_records(draw),) for _ in range(6)],
        }
        return find_hidden_fault(lambda records: not _same(_call_choose(choose, records)[0], _best(records)), hidden)
    if len(set(given)) == 1:
        return "it returns the same rate and epoch whatever the records: compute them from `records`."
    if [_call_choose(choose, records[::-1])[0] for records in cases] != given:
        return "it depends on the order of the records: compare all of them, not only the first or the last."
    mistakes = [(text, list(map(wrong, cases))) for text, wrong in _WRONG_CHOICES]
    return find_mistake(given, mistakes, _same) or _other_fault(cases, given, wanted)


def _call_choose(choose: Callable, records: list[dict]) -> tuple[Choice | None, str | None]:
    """((lr, epoch), None) from the student's function, or (None, fault)."""
    answer, fault = attempt(choose, _copy(records))
    if fault:
        return None, fault
    if (pair := as_numbers(answer, 2)) is None:
        return None, f"it should return two numbers (lr, epoch), not {type(answer).__name__}."
    return pair, None


def _same(mine: Choice | None, other: Choice) -> bool:
    """Whether two choices are the same; a rate may have been through single precision."""
    return mine is not None and all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(mine, other, strict=True))


def _copy(records: list[dict]) -> list[dict]:
    return [record | {"history": [dict(epoch) for epoch in record["history"]]} for record in records]


def _other_fault(cases: Sequence, given: list[Choice], wanted: list[Choice]) -> str:
    """A fault that is none of the usual mistakes, told by the first case that it makes wrong."""
    index = next(n for n, pair in enumerate(given) if not _same(pair, wanted[n]))
    (lr, epoch), (best_lr, best_epoch) = given[index], wanted[index]
    best = max(epoch["val_accuracy"] for _, epoch in _epochs(cases[index]))
    return (
        f"the highest validation accuracy, {best:.3f}, is that of lr {best_lr:g} in epoch {best_epoch:g}; "
        f"yours is lr {lr:g}, epoch {epoch:g}."
    )


def _draw_records(draw: np.random.Generator) -> list[dict]:
    """Finished runs with the fields of a real record that the exercise uses; no two accuracies are equal."""
    num_runs, num_epochs = int(draw.integers(4, 7)), int(draw.integers(4, 7))
    rates = draw.choice(_RATES, num_runs, replace=False).tolist()
    accuracies = draw.uniform(0.2, 0.9, (num_runs, num_epochs + 1))
    losses = draw.uniform(0.2, 2.5, (num_runs, num_epochs, 2))
    records = []
    for lr, (test_accuracy, *val), loss in zip(rates, accuracies.tolist(), losses.tolist(), strict=True):
        history = [
            {"epoch": n, "train_loss": train_loss, "val_loss": val_loss, "val_accuracy": accuracy}
            for n, ((train_loss, val_loss), accuracy) in enumerate(zip(loss, val, strict=True))
        ]
        best_epoch = max(history, key=lambda epoch: epoch["val_accuracy"])
        kept = {"best_epoch": best_epoch["epoch"], "val_accuracy": best_epoch["val_accuracy"]}
        kept["test_accuracy"] = test_accuracy
        records.append({"recipe": {"lr": lr}, "status": "finished", "history": history, **kept})
    return records


def _is_telling(cases: list[list[dict]]) -> bool:
    """Whether each usual mistake chooses something else than the right answer, and than each other mistake.

    The right run is not always the first one, nor always the last one.
    """
    for place in (0, -1):
        if all(_best(records)[0] == records[place]["recipe"]["lr"] for records in cases):
            return False
    answers = [(message, list(map(choose, cases))) for message, choose in (("", _best), *_WRONG_CHOICES)]
    return are_told_apart(answers, _same)


def _epochs(records: list[dict]) -> list[tuple[dict, dict]]:
    """(record, epoch) of all epochs of all runs."""
    return [(record, epoch) for record in records for epoch in record["history"]]


def _by(key: Callable[[dict, dict], float]) -> Callable[[list[dict]], Choice]:
    """Choose the epoch with the highest key(record, epoch)."""

    def choose(records: list[dict]) -> Choice:
        record, epoch = max(_epochs(records), key=lambda pair: key(*pair))
        return record["recipe"]["lr"], epoch["epoch"]

    return choose


def _by_run(key: Callable[[dict], float], pick: Callable[[dict], float]) -> Callable[[list[dict]], Choice]:
    """Choose the run with the highest key(record), then pick(record) as its epoch."""

    def choose(records: list[dict]) -> Choice:
        record = max(records, key=key)
        return record["recipe"]["lr"], pick(record)

    return choose


def _mean(record: dict) -> float:
    return sum(epoch["val_accuracy"] for epoch in record["history"]) / len(record["history"])


def _lowest(name: str) -> Callable[[dict], float]:
    """The epoch of a record with the lowest loss of this name."""
    return lambda record: min(record["history"], key=lambda epoch: epoch[name])["epoch"]


def _last(record: dict) -> float:
    return record["history"][-1]["epoch"]


def _best_epoch(record: dict) -> float:
    return record["best_epoch"]


_best = _by(lambda record, epoch: epoch["val_accuracy"])
_TEST = "it chose by the test: the test set is scored once, after all choices."
_TEST_TOO = "the test accuracy is part of the choice: the test set is scored once, after all choices."
_VAL_LOSS = "it chose by the validation loss: here the question is the highest validation *accuracy*."
_TRAIN_LOSS = "it chose by the training loss, which is lowest where the images are known by heart."
_MEAN = "it chose by the mean over the epochs: one epoch's weights are kept, so its own accuracy counts."
_LAST = "it looks at the last epochs only: search all epochs of each run."
_WRONG_CHOICES: tuple[tuple[str, Callable[[list[dict]], Choice]], ...] = (
    ("epochs are counted from 0: yours is one too high.", lambda records: (_best(records)[0], _best(records)[1] + 1)),
    (
        "the right rate, but not its best epoch: the last one may be worse.",
        lambda records: (_best(records)[0], _last(records[0])),
    ),
    *((_TEST, _by_run(lambda r: score_of(r), pick)) for pick in (_best_epoch, _last, _lowest("val_loss"))),
    (_TEST_TOO, _by(lambda record, epoch: score_of(record) + epoch["val_accuracy"])),
    (_TEST_TOO, _by_run(lambda r: score_of(r) + r["history"][-1]["val_accuracy"], _last)),
    (_TEST_TOO, _by_run(lambda r: score_of(r) + _mean(r), _best_epoch)),
    (_VAL_LOSS, _by(lambda record, epoch: -epoch["val_loss"])),
    (_VAL_LOSS, _by_run(lambda r: -min(epoch["val_loss"] for epoch in r["history"]), _best_epoch)),
    (_VAL_LOSS, _by_run(lambda r: -r["history"][-1]["val_loss"], _last)),
    (
        "the right rate, but the epoch is that of its lowest validation loss: take the highest *accuracy*.",
        _by_run(lambda r: score_of(r, "val"), _lowest("val_loss")),
    ),
    (_TRAIN_LOSS, _by(lambda record, epoch: -epoch["train_loss"])),
    (_TRAIN_LOSS, _by_run(lambda r: -min(epoch["train_loss"] for epoch in r["history"]), _best_epoch)),
    (_TRAIN_LOSS, _by_run(lambda r: -r["history"][-1]["train_loss"], _last)),
    *((_MEAN, _by_run(_mean, pick)) for pick in (_best_epoch, _last)),
    *((_LAST, _by_run(lambda r: r["history"][-1]["val_accuracy"], pick)) for pick in (_last, _best_epoch)),
    ("this is the lowest validation accuracy: take the highest.", _by(lambda record, epoch: -epoch["val_accuracy"])),
    ("the order is (lr, epoch), yours is (epoch, lr).", lambda records: _best(records)[::-1]),
    (
        "this is the accuracy, not where it was reached: return (lr, epoch).",
        lambda records: (max(score_of(record, "val") for record in records), _best(records)[1]),
    ),
)
