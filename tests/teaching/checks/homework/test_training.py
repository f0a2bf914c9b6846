"""Lesson 03: count images, choose by validation, know at which rate training breaks down."""

from course_lib.teaching.checks import homework as checks


def counts(batches):
    """(right, images) of each batch."""
    return [((predictions == labels).sum().item(), len(labels)) for predictions, labels in batches]


def total_right(batches):
    return sum(right for right, _ in counts(batches))


def mean_of_batches(batches):
    return sum(right / n for right, n in counts(batches)) / len(batches)


def full_batches(batches):
    return total_right(batches) / (len(batches) * len(batches[0][1]))


def by(key, best=max):
    """(lr, epoch) with the best of a quantity over all epochs of all runs."""

    def choose(records):
        epochs = [(epoch, r["recipe"]["lr"]) for r in records for epoch in r["history"]]
        epoch, lr = best(epochs, key=lambda pair: pair[0][key])
        return lr, epoch["epoch"]

    return choose


def by_last(records):
    run = max(records, key=lambda r: r["history"][-1]["val_accuracy"])
    return run["recipe"]["lr"], run["history"][-1]["epoch"]


def by_test(records):
    run = max(records, key=lambda r: r["test_accuracy"])
    return run["recipe"]["lr"], run["best_epoch"]


def by_mean(records):
    run = max(records, key=lambda r: sum(epoch["val_accuracy"] for epoch in r["history"]))
    return run["recipe"]["lr"], run["best_epoch"]


def by_sum_with_test(records):
    rows = [
        (r["test_accuracy"] + e["val_accuracy"], r["recipe"]["lr"], e["epoch"]) for r in records for e in r["history"]
    ]
    return max(rows)[1:]


def by_lowest_loss_of_a_run(records):
    run = min(records, key=lambda r: min(epoch["val_loss"] for epoch in r["history"]))
    return run["recipe"]["lr"], run["best_epoch"]


def best_rate_epoch_of_lowest_loss(records):
    run = max(records, key=lambda r: r["val_accuracy"])
    return run["recipe"]["lr"], min(run["history"], key=lambda epoch: epoch["val_loss"])["epoch"]


def best_rate_last_epoch(records):
    return by("val_accuracy")(records)[0], len(records[0]["history"]) - 1


def of_the_first_run(records):
    return by("val_accuracy")(records[:1])


def best_accuracy(records):
    return max((epoch["val_accuracy"], epoch["epoch"]) for r in records for epoch in r["history"])


WRONG = {
    "check_accuracy": [
        (mean_of_batches, "mean of the batches"),
        (total_right, "number of right images"),
        (lambda batches: total_right(batches) / len(batches), "divide by the number of batches"),
        (full_batches, "taken for a full one"),
        (lambda batches: counts(batches)[-1][0] / counts(batches)[-1][1], "only the last batch"),
        (lambda batches: 1 - total_right(batches) / sum(n for _, n in counts(batches)), "share that is wrong"),
        (lambda batches: 100 * total_right(batches) / sum(n for _, n in counts(batches)), "per cent"),
        (lambda batches: 0.7, "yours is 0.7"),
        (lambda batches: [p == q for p, q in batches], "one number"),
        (lambda batches: batches.mean(), "stops with AttributeError"),
    ],
    "check_choice": [
        (by_test, "chose by the test"),
        (by("train_loss", min), "training loss"),
        (by("val_loss", min), "validation loss"),
        (by_last, "last epochs only"),
        (best_rate_last_epoch, "not its best epoch"),
        (lambda records: (by("val_accuracy")(records)[0], by("val_accuracy")(records)[1] + 1), "counted from 0"),
        (by("val_accuracy", min), "lowest validation accuracy"),
        (by_mean, "mean over the epochs"),
        (lambda records: (by_mean(records)[0], records[0]["history"][-1]["epoch"]), "mean over the epochs"),
        (by_sum_with_test, "the test accuracy is part of the choice"),
        (lambda records: (by_test(records)[0], records[0]["history"][-1]["epoch"]), "chose by the test"),
        (by_lowest_loss_of_a_run, "validation loss"),
        (best_rate_epoch_of_lowest_loss, "lowest validation loss"),
        (lambda records: (0.1, 2), "whatever the records"),
        (lambda records: (records[0]["recipe"]["lr"], records[0]["best_epoch"]), "order of the records"),
        (lambda records: (max(r["recipe"]["lr"] for r in records), 0), "✘"),
        (of_the_first_run, "order of the records"),
        (lambda records: by("val_accuracy")(records)[::-1], "yours is (epoch, lr)"),
        (best_accuracy, "not where it was reached"),
        (lambda records: 0.01, "two numbers"),
        (lambda records: (0.003, 0), "whatever the records"),
        (lambda records: records["lr"], "stops with TypeError"),
    ],
    "check_divergence": [
        (0.01, "go up"),
        (1e-9, "go up"),
        (None, "set my_rate to a number"),
        ("1.0", "set my_rate to a number"),
        (True, "set my_rate to a number"),
        ([], "set my_rate to a number"),
        (float("nan"), "a rate is a finite number above 0"),
        (-1.0, "a rate is a finite number above 0"),
        (float("inf"), "a rate is a finite number above 0"),
        (10**400, "set my_rate to a number"),
    ],
}
NEEDS = {"check_divergence": lambda fixture: (fixture("splits"), "mini_resnet18")}
HINTS = {"check_divergence": "set my_rate to a number"}


def test_the_library_s_own_fields_may_be_used():
    """A record also says what its best epoch was."""

    def choose(records):
        run = max(records, key=lambda record: record["val_accuracy"])
        return run["recipe"]["lr"], run["best_epoch"]

    assert checks.check_choice(choose) is True
