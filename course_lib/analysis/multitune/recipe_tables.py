"""Table 1 from recipes and Table 2 from images, each beside the printed one."""

from collections.abc import Mapping, Sequence

import pandas as pd

from course_lib.analysis.multitune.printed import printed_table1, printed_table2
from course_lib.data import set_facts
from course_lib.training.recipe import Recipe

_LAST, _OTHERS = "stage3", ("stage1", "stage2")
_BRANCHES = {"A": "a", "B": "b"}


def table1(recipes: Mapping[str, Recipe]) -> pd.DataFrame:
    """Tabulate Table 1 as printed and as each recipe has it, read from its fields: rates are those that act.

    Args:
        recipes: name → recipe of a joined network, at the document's rate and epochs.

    Raises:
        ValueError: a recipe without a joined network.
    """
    rows = {}
    for name, branch in _BRANCHES.items():
        printed = printed_table1()[name]
        rates = f"{printed.lr_last_block:g} in the last block, {printed.lr_others:g} in others"
        decays = ", ".join(map(str, printed.decay_epochs))
        rows[name, "printed"] = [printed.fresh.lower(), rates, decays, f"{printed.decay_rate:g}"]
        for words, recipe in recipes.items():
            rows[name, words] = _branch(recipe, branch)
    columns = ["begun anew", "learning rate", "falls after epoch", "by the factor"]
    index = pd.MultiIndex.from_tuples(rows, names=["branch", "source"])
    return pd.DataFrame(list(rows.values()), index=index, columns=columns)


def _branch(recipe: Recipe, branch: str) -> list[str]:
    if getattr(recipe.network, "kind", None) != "joined":
        raise ValueError(f"the recipe '{recipe.name}' has no branches: give one with network=Joined(…)")
    fresh = [path.partition(".")[2] for path in recipe.fresh if path.startswith(f"{branch}.")]
    last = recipe.rate_of(f"{branch}.{_LAST}")
    others = sorted({recipe.rate_of(f"{branch}.{stage}") for stage in _OTHERS})
    rates = f"{last:g} in {_LAST}, {', '.join(f'{rate:g}' for rate in others)} in others"
    own = "" if branch == "a" or recipe.network.own == "network" else "; only the last block is its own"
    decays = ", ".join(map(str, recipe.milestones or ()))
    return [f"{', '.join(fresh) or 'nothing'}{own}", rates, decays, f"{recipe.step_factor:g}"]


def table2(sources: Sequence[str], size: int) -> pd.DataFrame:
    """Tabulate Table 2 as printed, and of other sources what is counted and measured on their images.

    Args:
        size: pixels a side of the drawn images.
    """
    rows = {}
    for name, own in printed_table2().items():
        rows[f"{name}, printed"] = [own.images, own.train, own.val, own.test, _colours(own.mean), _colours(own.std)]
    for source in sources:
        facts = set_facts(source, size=size)
        parts = [facts.parts.get(part, 0) for part in ("train", "val", "test")]
        rows[f"{source}, {facts.classes} classes"] = [facts.images, *parts, _colours(facts.mean), _colours(facts.std)]
    columns = ["images", "train", "validation", "test", "mean", "standard deviation"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _colours(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)
