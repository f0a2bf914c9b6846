"""Statements about ranks of strategies, e.g. "in the top five", with what chance alone makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import pandas as pd
from scipy import stats

from course_lib.analysis.extension.strategies import FAMILIES, by_network, by_strategy, chosen_runs, of_kind
from course_lib.analysis.records import units_of, values_of

_RESAMPLES = 2000
Statement = tuple[Sequence[str], int, bool]  # strategies, places, whether the worst places count


@dataclass(frozen=True)
class Precisions:
    """Average precisions of the runs that validation chose.

    Attributes:
        networks, strategies: names.
        values: (N, S, R, K) of N networks, S strategies, R seeds, K concepts.
    """

    networks: tuple[str, ...]
    strategies: tuple[str, ...]
    values: np.ndarray

    def ranks(self) -> pd.DataFrame:
        """Rank of each strategy (columns) for each network (rows) by MAP, 1 = best."""
        return pd.DataFrame(_ranks(self.values.mean(axis=(2, 3))), self.networks, self.strategies)


def precisions_of(records: Sequence[dict]) -> Precisions:
    """Arrange the chosen runs; networks that lack a strategy, and seeds that not all have, are left out.

    Raises:
        ValueError: no network has every strategy, or no seed is common to all.
    """
    records = of_kind(records, *FAMILIES)
    strategies = tuple(by_strategy(records))
    networks = {name: by_strategy(runs) for name, runs in by_network(records).items()}
    networks = {name: runs for name, runs in networks.items() if len(runs) == len(strategies)}
    if not networks:
        raise ValueError(f"no network has runs of all {len(strategies)} strategies: let the study finish")
    chosen = {
        (name, strategy): {run["seed"]: run for run in chosen_runs(runs[strategy])}
        for name, runs in networks.items()
        for strategy in strategies
    }
    seeds = [seed for seed in values_of(records, "seed") if all(seed in own for own in chosen.values())]
    if not seeds:
        raise ValueError("no seed is common to all strategies: let the study finish")
    values = [[[units_of(chosen[n, s][seed]) for seed in seeds] for s in strategies] for n in networks]
    return Precisions(tuple(networks), strategies, np.array(values))


@dataclass(frozen=True)
class RankStatement:
    """A statement that some strategies are among the best (or worst) of every network, and how likely chance makes it.

    The chance is that of strategies that are exchangeable within a network: every order of theirs is equally likely.
    The networks are not independent, since they share images and strategies. So there are two numbers for several
    networks: the chance as if they were independent, and a bound that holds for any dependence.

    Attributes:
        strategies: names.
        places: among how many.
        worst: whether the worst places count.
        holds: for each network.
        chance: for one network.
        independent: chance that it holds for at least as many networks as found, if they were independent.
        bound: that chance is at most this, however the networks depend on each other (Markov's inequality).
        stability: share of resamples of concepts and seeds in which it holds, for each network and, under ``"all"``,
            for all of them.
    """

    strategies: tuple[str, ...]
    places: int
    worst: bool
    holds: dict[str, bool]
    chance: float
    independent: float
    bound: float
    stability: dict[str, float]

    @property
    def number(self) -> int:
        """For how many networks it holds."""
        return sum(self.holds.values())

    @property
    def words(self) -> str:
        """What it says of a network."""
        end = "worst" if self.worst else "best"
        many = f"the {self.places} {end}" if self.places > 1 else f"the {end}"
        verb = "among" if self.places > len(self.strategies) else "is" if self.places == 1 else "are"
        return f"{' and '.join(self.strategies)} {verb} {many}"


def rank_statement(
    found: Precisions, strategies: Sequence[str], places: int, *, worst: bool = False, resamples: int = _RESAMPLES
) -> RankStatement:
    """Test whether the strategies are among the `places` best of each network, or the worst.

    The chance is of this statement alone. Whoever picks the statement after seeing the ranks had many to pick from.

    Raises:
        ValueError: a strategy without runs, or more strategies than places.
    """
    if unknown := [name for name in strategies if name not in found.strategies]:
        raise ValueError(f"no runs of '{unknown[0]}': choose among {', '.join(found.strategies)}")
    if not len(strategies) <= places <= len(found.strategies):
        raise ValueError(f"{len(strategies)} strategies do not fit {places} places of {len(found.strategies)}")
    columns = [found.strategies.index(name) for name in strategies]
    inside = _are_inside(found.values.mean(axis=(2, 3)), columns, places, worst)  # (N,)
    total, number = len(inside), int(inside.sum())
    chance = comb(len(found.strategies) - len(columns), places - len(columns)) / comb(len(found.strategies), places)
    drawn = _are_inside(_resampled_means(found.values, resamples), columns, places, worst)  # (resamples, N)
    stability = dict(zip(found.networks, drawn.mean(axis=0).tolist(), strict=True)) | {
        "all": float(drawn.all(axis=1).mean())
    }
    return RankStatement(
        tuple(strategies), places, worst, dict(zip(found.networks, inside.tolist(), strict=True)), chance,
        independent=float(stats.binom.sf(number - 1, total, chance)),
        bound=min(1.0, total * chance / number) if number else 1.0,
        stability=stability,
    )  # fmt: skip


def chance_of_any(statement: RankStatement, num_strategies: int) -> float:
    """Bound the chance that the statement would hold as often of *some* choice of as many strategies.

    All choices count, as for a reader who looks at the ranks first; the bound holds for any dependence.
    """
    return min(1.0, comb(num_strategies, len(statement.strategies)) * statement.bound)


def statements_table(records: Sequence[dict], statements: Sequence[Statement]) -> pd.DataFrame:
    """Test statements about ranks, in words.

    A statement on a strategy that has no runs is left out; so the table of a small profile may be empty.

    Columns: networks for which it holds; the chance of as many if all orders are equally likely (as if networks were
    independent, and a bound for any dependence); a bound for some other choice of as many strategies; the share of
    resamples in which it holds for all networks.

    Args:
        records: runs of one data set, limited to the evaluated concepts.
        statements: names of strategies, places, and whether the worst places count.
    """
    found, rows = precisions_of(records), {}
    for names, places, worst in statements:
        if any(name not in found.strategies for name in names):
            continue
        own = rank_statement(found, names, places, worst=worst)
        of_any = chance_of_any(own, len(found.strategies))
        rows[own.words] = {
            "networks": f"{own.number} of {len(own.holds)}",
            "by chance": f"{own.independent:.2g} to {own.bound:.2g}" if own.number else "",
            "of some by chance": f"at most {of_any:.2g}" if own.number else "",
            "resamples with all": f"{own.stability['all']:.0%}",
        }
    return pd.DataFrame(rows).T


def _ranks(means: np.ndarray) -> np.ndarray:
    """Ranks along the last axis, 1 = highest; equal ones share the mean rank."""
    return stats.rankdata(-means, axis=-1)


def _are_inside(means: np.ndarray, columns: Sequence[int], places: int, worst: bool) -> np.ndarray:
    ranks = _ranks(-means if worst else means)
    return (ranks[..., columns] <= places).all(axis=-1)


def _resampled_means(values: np.ndarray, resamples: int) -> np.ndarray:
    """MAP (resamples, N, S) of resampled concepts, the same for all, and of seeds, drawn for each network."""
    draw = np.random.default_rng(0)
    networks, _, seeds, concepts = values.shape
    by_seed = draw.multinomial(seeds, np.full(seeds, 1 / seeds), size=(resamples, networks)) / seeds
    by_concept = draw.multinomial(concepts, np.full(concepts, 1 / concepts), size=resamples) / concepts
    return np.einsum("nsrk,bnr,bk->bns", values, by_seed, by_concept, optimize=True)
