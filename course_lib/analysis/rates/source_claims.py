"""Claims about amounts of data, base models and frozen features (Dube et al. 2018), and one of ours about rankings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from course_lib.analysis.intervals import Interval
from course_lib.analysis.ranking import agreement_gap
from course_lib.analysis.rates import closeness, frozen, sources
from course_lib.analysis.rates.printed import printed_number
from course_lib.analysis.rates.real_claims import ALL_LAYERS, USEFUL
from course_lib.analysis.rates.scoring import IMAGES, STATIC, all_rankings, scores_for
from course_lib.analysis.rates.sources import ALSO_EPOCHS, RANDOM, rate_edge
from course_lib.analysis.records import select
from course_lib.analysis.verdicts import NEGATIVE, POSITIVE, Claim, Region, about

TOOLS = "tools"  # the target of the document's Fig 2
SCORES = ("LEEP", "LogME")
AS_WELL = 0.1  # weighted τ: so much less still counts as well
LITTLE = 0.02  # accuracy: two classifiers that differ by less are called equivalent
_Runs = Mapping[str, Sequence[dict]]


def _best_gain(runs: _Runs, confidence: float) -> dict[str, Interval]:
    """Relative gain of the source that is best for the tools, chosen by the test accuracy as in the document."""
    return {"best source": max(_tools(runs, confidence), key=lambda own: own.estimate)}


def _worst_gain(runs: _Runs, confidence: float) -> dict[str, Interval]:
    """Relative gain of the worst source; its interval is widened for the number of sources among which it is worst."""
    count = len(_tools(runs, confidence))
    return {"worst source": min(_tools(runs, 1 - (1 - confidence) / count), key=lambda own: own.estimate)}


def _tools(runs: _Runs, confidence: float) -> list[Interval]:
    records = select(runs["sources"], source=f"mini:{TOOLS}")
    if not records:
        raise ValueError("no runs of the target tools: let the study finish")
    own = sources.by_target(records)[TOOLS]
    return [
        replace(sources.relative_gain(own[name], own[RANDOM], confidence), edge=_edges(records, (name,), (RANDOM,)))
        for name in own
        if name not in (RANDOM, TOOLS)
    ]


def _edges(records: Sequence[dict], *sides: tuple[str, ...]) -> str:
    return "; ".join(filter(None, (rate_edge(records, side) for side in sides)))


def _mean_gains(runs: _Runs, confidence: float) -> dict[str, Interval]:
    """Mean gain of each source, once at the same rates as random initialisation, once where that may choose more."""
    found = {}
    for name, records in (("", runs["sources"]), (", more for random", [*runs["sources"], *runs["source_random"]])):
        matrix = sources.source_matrix(records, ALSO_EPOCHS)
        for source, gain in sources.mean_gains(matrix, confidence).items():
            found[f"{source}{name}"] = _against(gain, rate_edge(records, (source,)), rate_edge(records, (RANDOM,)))
    return found


def _against(gain: Interval, edge_a: str, edge_b: str) -> Interval:
    """A minus B with the edge that could overturn it: of B where A is better, of A where A is worse."""
    return replace(gain, edge=edge_b if gain.low > 0 else edge_a if gain.high < 0 else "")


def _size_gains(runs: _Runs, confidence: float) -> dict[str, Interval]:
    return {name: own["gain"] for name, own in sources.size_gains(runs["data_sizes"], confidence).items()}


def _closeness_gap(runs: _Runs, confidence: float) -> dict[str, Interval]:
    matrix = sources.source_matrix(runs["sources"])
    return {
        name: closeness.closeness_gap(matrix, same=same, confidence=confidence)
        for name, same in (("close − all others", True), ("without pairs of one domain", False))
    }


def _static_gaps(static: str):
    """τ of a static ranking minus that of each score."""

    def measure(runs: _Runs, confidence: float) -> dict[str, Interval]:
        records = runs["sources"]
        matrix = sources.source_matrix(records)
        found = all_rankings(matrix, scores_for(records))
        return {
            name: agreement_gap(found[static], found[name], matrix.candidates, confidence=confidence) for name in SCORES
        }

    return measure


def _layers_gap(runs: _Runs, confidence: float) -> dict[str, Interval]:
    gap, full, heads = _gap(frozen.FULL, runs, confidence)
    return {f"{frozen.FULL} − {frozen.HEAD}": _against(gap, full, heads)}


def _machine_gap(runs: _Runs, confidence: float) -> dict[str, Interval]:
    """Support vector machine minus last layer; the machine has no rate."""
    gap, _, heads = _gap(frozen.MACHINE, runs, confidence)
    return {f"{frozen.MACHINE} − {frozen.HEAD}": replace(gap, edge=heads)}


def _gap(strategy: str, runs: _Runs, confidence: float) -> tuple[Interval, str, str]:
    """A strategy minus the last layer alone, and the edges of the grids of all layers and of the last one."""
    found = frozen.strategy_accuracies(runs["sources"], runs["source_heads"])
    names = found[frozen.FULL].sources
    edges = (rate_edge(runs[study], names) for study in ("sources", "source_heads"))
    return frozen.strategy_gap(found, strategy, frozen.HEAD, confidence), *edges


SOURCE_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "sources-ten-times-data",
        "with larger amounts of data, for the same learning task, one can obtain much better accuracy",
        "Section 1, Fig. 1",
        f"test accuracy from scratch with {printed_number('data_ratio'):g} times the images minus that with few, each "
        "domain, for as many steps; few images have one rate more to choose from",
        ("data_sizes",), _size_gains, POSITIVE,
    ),
    Claim(
        "sources-useful",
        "models trained on the source dataset learn basic concepts which will be useful in learning the target dataset",
        "Section 1",
        "test accuracy minus that of random initialisation, each source, mean over targets: at the same rates, and "
        "once more where random initialisation may use a higher rate and twice the epochs, too",
        ("sources", "source_random"), _mean_gains, POSITIVE, on_real=USEFUL,
    ),
    Claim(
        "sources-best-gain",
        f"accuracy varied from {printed_number('worst_source_gain'):g}% to +{printed_number('best_source_gain'):g}% "
        "improvement over the random initialization", "Section 1, Fig. 2",
        "target tools: relative gain of the best source over random initialisation; which source is best was chosen by "
        "the test accuracy, which makes the gain too large",
        ("sources",), _best_gain, about(printed_number("best_source_gain") / 100), "%",
    ),
    Claim(
        "sources-worst-gain",
        f"accuracy varied from {printed_number('worst_source_gain'):g}% to +{printed_number('best_source_gain'):g}% "
        "improvement over the random initialization", "Section 1, Fig. 2",
        "target tools: the worst source is worse than random initialisation (relative gain; interval widened for the "
        "number of sources)",
        ("sources",), _worst_gain, NEGATIVE, "%",
    ),
    Claim(
        "sources-all-layers",
        "finetuning all the layers of the neural network gives the best accuracy", "Section 2, of [18]",
        "test accuracy of all layers minus that of the last layer alone, mean over sources, t over targets",
        ("sources", "source_heads"), _layers_gap, POSITIVE, on_real=ALL_LAYERS,
    ),
    Claim(
        "sources-svm-equivalent",
        "This is equivalent of fine tuning with the learning rate multipliers of all the inner layers up to the "
        "penultimate layer being kept to 0 and the last layer being changed.", "Section 2",
        "test accuracy of linear SVMs on frozen features minus that of the last layer alone, mean over sources: "
        f"equivalent within {100 * LITTLE:g} points",
        ("sources", "source_heads"), _machine_gap, Region(-LITTLE, LITTLE),
    ),
    Claim(
        "sources-close-better",
        "close sources are better (ours; the document only groups its pairs by perceived semantic closeness)",
        "Section 4.2", "test accuracy from close sources minus that from all others, paired by target; once without "
        "pairs of one domain",
        ("sources",), _closeness_gap, POSITIVE,
    ),
    *(
        Claim(
            f"sources-static-{word}", "a static ranking predicts sources as well as LogME and LEEP (ours)", "–",
            f"mean weighted τ over targets, sources ranked by {static} minus ranked by each score: above −{AS_WELL:g}",
            ("sources",), _static_gaps(static), Region(low=-AS_WELL), "",
        )
        for word, static in (("accuracy", STATIC), ("images", IMAGES))
    ),
)  # fmt: skip
