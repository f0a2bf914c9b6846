# %% [markdown]
# # 26 · The report card
# **How many of the documents' claims hold, and how many would hold by chance?**
#
# Each lesson judged some claims of a printed study. Here they all stand side by side: sentences and tables of every document of the course, judged by one rule in
# the mini world and, where finished runs allow, on real images. Whoever tests so many claims has to ask what chance alone would have given. The answer needs no
# training: the finished runs and their verdicts come with the course.
#
# **You will** read the card, see which verdicts change with the world, compute what chance gives, correct for the number of tests, and read a reproduction report
# in the form that reviewers ask for [1]. **Time** 40 minutes. **Cost** seconds. `course report-card --recompute` judges the runs anew, in some minutes.

# %% tags=["parameters"]
profile = "mini"  # number of simulated tests: "smoke" few, "mini" and "paper" many
data = None  # no images are needed
seeds = None  # the card is of each study's own number of seeds
reveal = False  # True: show what was measured without a guess

# %%
from functools import partial

import numpy as np
import pandas as pd
from IPython.display import Markdown

from course_lib import figures
from course_lib.analysis import card_counts
from course_lib.analysis.report_card import WORLDS, report_card
from course_lib.analysis.reproduction import reproduction_report
from course_lib.figures import report_card as card_figures
from course_lib.teaching import Prediction, show, show_text
from course_lib.teaching.checks.beyond import check_expected_by_chance, check_holm
from course_lib.teaching.claim_cards import ClaimCards

draws = {"smoke": 500}.get(profile, 20_000)

# %% [markdown]
# ## Predict
# A claim is a range that an effect must lie in: mostly *above zero*, sometimes *about the printed number*, from half to twice its size. Its verdict is *reproduced*
# if the whole 95 % interval lies inside, *contradicted* if it lies wholly outside, else *undecided*. **Commit to two guesses.**

# %%
guess_holds = Prediction(
    "claims that are reproduced in the mini world, % of all",
    None,  # replace None by a number, e.g. 60, or by a range, e.g. (50, 70)
    reveal=reveal,
)
guess_same = Prediction(
    "of the claims that both worlds decide, those with the same verdict, %",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# One row for each claim. Where a document's sentence was tested in two ways, e.g. at the last epoch and on a test set, it has two rows.

# %%
card = report_card()
print(f"{len(card)} claims of {len({row['document'] for row in card})} documents")
pd.Series(card[0]["mini"]).drop("room").to_frame(card[0]["id"])

# %% [markdown]
# All of them, by document. *Not tested*: there are no finished runs for this claim in this world.

# %% tags=["report"]
show(card_figures.verdicts_by_document(card))

# %% tags=["report"]
card_counts.document_table(card)

# %%
found = card_counts.count_verdicts(card, "mini")
guess_holds.compare(100 * found["reproduced"] / len(card))

# %% [markdown]
# The card of one document: choose another name. A star (\*) marks a claim that the mini world was calibrated for, so that runs there do not test it; a dagger (†)
# a best rate at the edge of its grid, which decides nothing; a dash a claim that was not tested there.

# %% tags=["report"]
document = card[0]["document"]
card_counts.card_table([row for row in card if row["document"] == document]).style

# %% [markdown]
# ## Explain
# ### What changes with the world
# The claims that were measured in both worlds and decided in one of them at least. *Opposite* verdicts are the interesting ones: the same words, the same rule,
# other images and another network. These differ in many things at once, so no single one of them is proved to be the reason.

# %% tags=["report"]
both = card_counts.changes(card)
both

# %%
decided = both[both["the two"] != "one decides"]
share = 100 * (decided["the two"] == "the same").mean()
show_text(f"{len(decided)} claims are decided in both worlds")
guess_same.compare(share)

# %% [markdown]
# The opposite ones as cards, with what was measured on real images, and why:

# %% tags=["report"]
opposite = [
    row for row in card if row["id"] in set(both.index[both["the two"] == "opposite"])
]
facts = ("id", "document", "claim", "place", "unit", "claimed", "region")
ClaimCards([{name: row[name] for name in facts} | row["real"] for row in opposite])

# %% [markdown]
# ### What chance gives
# Suppose that nothing had an effect. An interval of 95 % misses the truth in 5 % of all cases, half of them on either side.
#
# ### Exercise 1 · reproduced by chance (5 minutes, ★☆☆)
# Write `expected_by_chance`: how many of `num_claims` claims *above zero* come out as reproduced on average if every true effect is zero, from two-sided intervals
# of this `confidence` (e.g. 0.95). Hint: on which side of zero must an interval lie, and how often does it lie there?


# %% tags=["exercise"]
def expected_by_chance(num_claims, confidence):
    """Number of claims reproduced on average if nothing has an effect."""
    # solution
    return num_claims * (1 - confidence) / 2
    # end solution


# %% tags=["checked"]
passed = check_expected_by_chance(expected_by_chance)

# %%
if passed:
    for world, name in WORLDS.items():
        able = card_counts.could_decide(card, world)
        by_you = expected_by_chance(len(able), 0.95)
        by_course = card_counts.expected_by_chance(card, world)
        show_text(f"{name}: yours {by_you:.1f}, the course's {by_course:.1f}")

# %% [markdown]
# The course's number is lower: a claim *about the printed number* needs an effect far from zero, and an interval that is wider than the range can reproduce
# nothing. A claim that says *no difference* would be true if nothing had an effect; for it the course asks how often it comes out so where it just fails. A claim about a
# rank has a chance of its own, see lesson 15.

# %% tags=["report"]
card_counts.chance_table(card)

# %% [markdown]
# **Do the claims not depend on each other?** They do: many are about the same runs. The expected number does not mind, since expectations add whatever the
# dependence. The *spread* does. Here as many claims as the mini world could decide, all without an effect, independent and with a shared part:

# %%
draw = np.random.default_rng(0)
count = len(card_counts.could_decide(card, "mini"))
rows = {}
for shared in (0.0, 0.5, 0.9):  # share of the variance that all claims have in common
    common, own = draw.standard_normal((draws, 1)), draw.standard_normal((draws, count))
    z = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
    by_chance = (z > 1.96).sum(axis=1)
    rows[f"{shared:.0%} shared"] = {
        "mean": by_chance.mean(),
        "in one of twenty at least": np.quantile(by_chance, 0.95),
        "none at all, %": 100 * (by_chance == 0).mean(),
    }
pd.DataFrame(rows).round(1)

# %% [markdown]
# So a count above the expectation is no proof by itself. And how many *contradicted* claims may be chance? Where a claim is just true, its interval lies outside in
# one of forty cases, too.
#
# ### Exercise 2 · many tests at once (10 minutes, ★★☆)
# *Holm's rule* [2] keeps the probability of *any* false verdict below `level`, whatever the dependence. The smallest of n p-values must be at most level / n, the
# next one level / (n − 1), and so on; the first that fails ends it. Write `holm`: from p-values in any order, the number of tests that hold. Hint: what happens to
# a small p-value that comes after one that failed?


# %% tags=["exercise"]
def holm(p_values, level):
    """Number of tests that hold by Holm's rule."""
    # solution
    num_tests = len(p_values)
    for place, p in enumerate(sorted(p_values)):
        if p > level / (num_tests - place):
            return place
    return num_tests
    # end solution


# %% tags=["checked"]
passed = check_holm(holm)

# %% [markdown]
# Once the check has passed: your function on the card. The p-value of a verdict is found by widening the interval until the verdict is open: at 99 % still
# reproduced means p at most 0.01, two-sided. Verdicts without one are left out, e.g. where all seeds agree.

# %%
if passed:
    for world, name in WORLDS.items():
        own = [row[world] for row in card if row[world]["p"] is not None]
        p_values = [min(1, 2 * row["p"]) for row in own]
        stand = sum(p <= 0.05 for p in p_values)
        show_text(f"{name}: {stand} verdicts alone, {holm(p_values, 0.05)} all together")

# %% [markdown]
# Benjamini and Hochberg's rule (the last rows of the table above) bounds the *share* of false ones among those that hold, which is less strict; it is proved for
# independent tests [3].
#
# ## Break it
# **Move the level of the intervals.** Lower confidence decides more claims, and chance decides as many more with it. Where do the lines of the reproduced ones and
# of chance come closest? At 50 % nearly everything is "decided". (Sliders need a running kernel.)

# %%
controls = card_figures.level_controls()
draw_levels = partial(card_figures.verdicts_at_level, card, confidence=0.95)
figures.explorers.explore(draw_levels, stored=False, **controls)

# %% [markdown]
# **Leave the interval out**, as a table of printed accuracies does: a claim holds if the estimate alone lies in its range. (Edges of grids and claims that some of
# several things fail still count as undecided.)

# %% tags=["report"]
alone = {
    name: card_counts.count_verdicts(card, world, 0.02) for world, name in WORLDS.items()
}
ruled = {name: card_counts.count_verdicts(card, world) for world, name in WORLDS.items()}
pd.concat(
    {"estimate alone": pd.DataFrame(alone), "by the rule": pd.DataFrame(ruled)}, axis=1
)

# %% [markdown]
# ## Printed and measured
# Everything on the card was printed as true. What a reviewer of a reproduction asks for [1] is more than a count: scope, claims, method, results, what was easy and
# what was hard. Each number of this report is counted from the card.

# %% tags=["report"]
Markdown(reproduction_report(card).replace("# ", "### ", 1).replace("\n## ", "\n#### "))

# %% [markdown]
# ## Remember
# - A verdict is about a sentence *and* about the images, networks and rates that it was tested with: ask which of them would have to change for it to fall.
# - Of many claims some come out right by chance. How many is a sum that anyone can do; how widely that number spreads depends on what the claims share.
# - "Undecided" and "not tested" are results. A card without them has left them out.
#
# ## References
# 1. J. Pineau et al.: *Improving Reproducibility in Machine Learning Research*, 2021. [arXiv:2003.12206](https://arxiv.org/abs/2003.12206)
# 2. S. Holm: *A Simple Sequentially Rejective Multiple Test Procedure*, Scandinavian Journal of Statistics 6, 1979.
# 3. Y. Benjamini, Y. Hochberg: *Controlling the False Discovery Rate*, Journal of the Royal Statistical Society B 57, 1995.
