# %% [markdown]
# # 11 · Learning rates per layer
# **How fast should the borrowed layers learn, how fast the new one, and does the number of images per label tell?**
#
# Lesson 05 gave the head and the borrowed stages two rates. Which two? *The document* is a paper by Dube, Bhattacharjee, Petit-Bois and Hill [1]. Others had
# found that tuning all layers can beat tuning the last one alone [2]; the document asks by how much, and at which rates. It tries a grid of both rates on eight
# pairs of a *target* (what is learned) and a *source* (what the network was trained on before). This lesson repeats its Sections 4.1 and 4.2: Tables 1 and 2,
# Figs. 6 to 9. Numbers in brackets refer to the list at the end.
#
# **You will** read rates as the document writes them, see how far each stage travels at each rate, measure how much the rates matter beside what chance alone
# would show, and check printed numbers against each other. **Time** 60 minutes; the optional part *Further* takes another 25. **Cost** less than a minute on a
# laptop. The 216 finished runs come with the course; `course study layer_rates --recompute` trains them again, in about 45 minutes on two cores.

# %% tags=["parameters"]
profile = "mini"  # "smoke": three pairs, few steps; "mini": the grid; "paper": long
data = None  # the study has images of its own: eight pairs of the mini world
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from course_lib import analysis, figures
from course_lib.analysis import rates
from course_lib.data import TRANSFERS, prepare
from course_lib.figures.rates import heat_map, layers
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.rates import PROFILES, VARY, layered_recipe
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.rates import (
    check_chosen_accuracy,
    check_gain_bounds,
    check_relative_range,
    check_stage_rates,
)

numbers = PROFILES[profile]

# %% [markdown]
# ## Predict
# The document writes **IL-n/LL-m**: all *inner layers* (IL) learn at the rate n, the *last layer* (LL) at the rate m. IL-0/LL-0.1 trains the last layer alone.
# **Commit to two guesses** about eight pairs of the mini world, when validation chooses both rates.

# %%
guess_gain = Prediction(
    "points of test accuracy gained by training the inner layers, median pair",
    None,  # replace None by a number, e.g. 8, or by a range, e.g. (-5, 5)
    reveal=reveal,
)
guess_pairs = Prediction(
    "pairs of eight with a clear gain (its interval lies above zero)",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# In a recipe, a rate is a base rate times a *multiplier* of the stage. `Recipe.layered` writes IL-n/LL-m: the base rate is m, the inner multiplier n/m. A
# stage at rate 0 is frozen, together with its BatchNorm [3] statistics. The momentum, 0.9, is our choice; the document gives none.

# %% tags=["checked"]
from course_lib.training import Recipe

stages = ("stem", "stage1", "stage2", "stage3", "stage4", "head")
for inner in (0.0, 0.001, 0.1):
    recipe = Recipe.layered(inner=inner, head=0.1)
    shown = [f"{stage} {rate:g}" for stage, rate in recipe.rates(stages).items()]
    print(f"IL-{inner:g}/LL-0.1:", ", ".join(shown))

# %% [markdown]
# ### Exercise 1 · the rate of each stage (10 minutes, ★☆☆)
# Section 4.3 of the document gives each stage a multiplier of its own, and multiplies all rates by one more number, the *scale*. Write `stage_rates`, which
# returns a dict from stage to rate. Hint: the document's own example is a scale of 0.5, a multiplier of 2 and a base rate of 0.001. What is the rate of a stage
# whose multiplier is 0?


# %% tags=["exercise"]
def stage_rates(base, multipliers, scale):
    """Learning rate of each stage; `multipliers` is a dict from stage to multiplier."""
    # solution
    return {stage: scale * factor * base for stage, factor in multipliers.items()}
    # end solution


# %% tags=["checked"]
passed = check_stage_rates(stage_rates)

# %% [markdown]
# The pairs. As in the document, which are close (set A) and which are far (set B) was judged by their meaning, not measured. A source network was trained on a
# quarter of its domain. A target has few images: a tenth of another quarter trains, as many images validate, and the last quarter tests. (Of each flower species,
# ten images train, as in the document.) Each seed draws other training and validation images; the test images stay. All runs of
# a profile take about as many steps: 400 at `mini`, where the document took 90 000.

# %% tags=["report"]
pairs = TRANSFERS[: numbers.targets]
columns = {
    pair.name: {
        "set": "A, close" if pair.close else "B, far",
        "images per label": pair.images_per_label,
        "training images": pair.num_train,
    }
    for pair in pairs
}
pd.DataFrame(columns).T

# %%
records = run_study("layer_rates", profile, data, seeds)
by_pair = rates.by_pair(records)
print(f"{len(records)} runs of {len(by_pair)} pairs")

# %% [markdown]
# **The last layer alone** (Table 1). All inner layers are frozen; the last one learns at 0.01 or at 0.1. *Gain* is how much better the better of the two is,
# *relative* to the worse one. Intervals are [over the seeds](../statistics.md#t-interval-over-seeds). The printed pairs are not ours, so compare the two
# halves of the table as wholes. And mind that the better rate was picked *by the accuracy that is reported*, in both halves: so even a rate without any
# effect shows a gain.

# %% tags=["report"]
rates.gains_table(records)

# %% [markdown]
# ### Exercise 2 · read a table carefully (10 minutes, ★★☆)
# Recompute a printed gain from the two printed accuracies, and it differs a little, since accuracies are rounded to two decimals. *How much* may it differ?
# Write `gain_bounds`: the smallest and the largest gain, in per cent, that two accuracies can have *before* they were rounded. Either may be the better one.
# Hint: 5.80 was printed for any accuracy from 5.795 to 5.805. At which ends of their two ranges is the better one furthest ahead?


# %% tags=["exercise"]
def gain_bounds(low, high):
    """(smallest, largest) gain in per cent of the better over the worse accuracy."""
    # solution
    worse, better = sorted((low, high))
    half = 0.005
    smallest = 100 * ((better - half) / (worse + half) - 1)
    return smallest, 100 * ((better + half) / (worse - half) - 1)
    # end solution


# %% tags=["checked"]
passed = check_gain_bounds(gain_bounds)

# %% [markdown]
# Do that for all rows of Table 1. One row is not explained by rounding. Which, and does the abstract quote it?

# %% tags=["report"]
rows = {}
for row in rates.printed_gains():
    smallest, largest = row.gain_bounds
    rows[f"{row.target} ← {row.source}"] = {
        "printed gain, %": row.gain_percent,
        "recomputed, %": round(row.recomputed_gain, 2),
        "bounds, %": f"{smallest:.2f} to {largest:.2f}",
        "explained by rounding": "yes" if row.is_consistent else "no",
    }
pd.DataFrame(rows).T

# %% [markdown]
# **The inner layers, too** (Figs. 6 and 7, sets A and B in one figure). For each LL, the inner rate goes up by powers of ten, from 0 to LL. Each run keeps the
# epoch that validation chose. The title counts pairs by the interval of a difference: the best run with IL above 0, minus the best run with IL 0. Validation
# chooses the rates of both sides, each among the same two LL, for each seed. Of eight such intervals, one may miss the truth by chance.

# %% tags=["report"]
show(layers.accuracies(records), colors=24)

# %%
gains = [rates.inner_gain(runs) for runs in by_pair.values()]
guess_gain.compare(100 * float(np.median([gain.estimate for gain in gains])))
guess_pairs.compare(sum(gain.low > 0 for gain in gains))

# %% [markdown]
# From IL 0 to the lowest rate above it, *two* things change: the weights begin to move, and BatchNorm begins to use the statistics of the target instead of the
# source's. So part of the gain over frozen layers may be BatchNorm's alone. The control is the lowest rate above 0: there, BatchNorm uses the target's statistics
# as at any higher rate, and the weights move least (see *Explain*). What is gained over the control is not due to the change of statistics alone.

# %% tags=["report"]
rates.inner_table(records)

# %% [markdown]
# In the right column, how many intervals still lie above zero? In the other pairs it is open whether the weights had to move further than in the control.
# All these intervals hold two errors, other seeds and other test images. They are rather too wide than too narrow: runs of one seed share their images, but
# the error of the test images is computed as if each side had [images of its own](../statistics.md#newcombes-difference).

# %% [markdown]
# ## Explain
# What does a rate do to a stage? Train the head at the document's higher LL and the inner layers at each rate in turn, for a few steps, and measure the
# distance between the new weights and the old ones, *relative* to the length of the old ones. These are single runs of one pair.

# %%
from course_lib.models import start_model
from course_lib.training import fit

pair = pairs[-1] if len(pairs) < 4 else pairs[2]
splits = prepare(pair.target_data(size=numbers.size))
short = replace(numbers, steps=min(numbers.steps, 40))
head = max(numbers.rates)
start = start_model(numbers.architecture, pair.weights, splits.num_classes)
before, inner_stages = start.state_dict(), start.inner_stages
moved = {}
for inner in [rate for rate in numbers.rates[head] if rate > 0]:
    run = fit(layered_recipe(pair, short, inner=inner, head=head), splits)
    after = run.model.state_dict()
    moved[f"IL {inner:g}"] = analysis.stage_change(before, after, inner_stages)
print(f"{pair.name}: {short.steps} steps or a few more, LL {head:g}")

# %% tags=["report"]
show(layers.distances(moved), colors=24)

# %%
ratios = [max(own.values()) / min(own.values()) for own in moved.values()]
show_text(f"farthest over nearest stage: {min(ratios):.0f} to {max(ratios):.0f} times")
steps = list(moved.values())
for (name, fast), slow in zip(list(moved.items())[1:], steps[:-1], strict=True):
    factors = [fast[stage] / slow[stage] for stage in inner_stages]
    show_text(
        f"{name} over the rate before: {min(factors):.1f} to {max(factors):.1f} times"
    )

# %% [markdown]
# *One* rate for all inner layers is not one distance for all: compare the bars of one colour. A step is rate × gradient (with momentum, a running sum of them),
# and neither the gradients nor the lengths of the weights are the same in all stages. The document wishes that "early layers change slowly"; a uniform rate
# alone does not see to that. Which stage does the title name? Whether *graduated* rates are better is the question of the document's Section 4.3. And a
# distance says how far weights moved in a few steps, not what that did to the outputs.
#
# Now see what the rates do to learning. The cell that the first two sliders choose is framed, and its curves are on the right. Where is the accuracy of the
# *training* images (last menu) high while that of validation stays low? (The sliders need a running kernel; without one, the first picture is shown.)

# %%
figures.explorers.explore(
    partial(heat_map.rate_map, records), **heat_map.rate_map_controls(records)
)

# %% [markdown]
# **How sensitive is the accuracy to the inner rate?** The document measures it by a range, Eq. 1 (as printed, the left side is *mβ_m*; *β_m* is meant):
#
# $$\beta_m = \frac{max_m - min_m}{min_m} \times 100$$
#
# where *max_m* and *min_m* are the highest and the lowest accuracy over IL, with LL = m.
#
# ### Exercise 3 · β (5 minutes, ★☆☆)
# Write `relative_range`, which returns β of an array of accuracies, one for each inner rate from the lowest to the highest. Hint: the extremes may lie at any
# rate, and the unit is per cent. What would β be if the best accuracy were twice the worst?


# %% tags=["exercise"]
def relative_range(accuracies):
    """β of Eq. 1 in per cent."""
    # solution
    lowest, highest = min(accuracies), max(accuracies)
    return 100 * (highest - lowest) / lowest
    # end solution


# %% tags=["checked"]
passed = check_relative_range(relative_range)

# %% [markdown]
# "All the datasets exhibit β_m > 0", says the document. They must: the largest of several numbers is above the smallest wherever two of them differ, and two
# trainings hardly ever end alike. So the figure has a control. A *cross* is the β that is expected if the inner rate has *no* effect: the spread of the seeds
# around the mean of their rate, dealt out at random among the rates. It is estimated from few seeds, so it is rough; and it counts what a seed changes at all
# rates alike, so it is rather too large.

# %% tags=["report"]
show(layers.sensitivities(records), colors=24)

# %% [markdown]
# Is β larger at LL 0.1? There, one inner rate more was tried (0.1), and the range of five numbers is larger than that of four, even if all of it is noise. So
# compare twice: with all rates, as the document did, and *with the same inner rates*. Both rows are in the table under *Printed and measured*.
#
# A large β is also not the same as a gain. Section 4.2 goes on: "Thus, finetuning both inner and outer layers gives the best accuracy." Look at the pair with
# the largest β in the figure, and then at its panel above: is IL 0 its lowest accuracy? β is as large when training the inner layers does *harm*.
#
# **Which inner rate is best?** α_m is the IL with the highest accuracy at LL = m (Table 2). Here validation chooses it for each seed, and the test images are
# left out of the choice. A dagger marks a pair in which most seeds choose the highest rate that was tried. The rule n ≤ m ends the grid there; it does not show
# that the accuracy would fall beyond.

# %% tags=["report"]
rates.bests_table(records)

# %% [markdown]
# "For both these cases we observe that α_m increases with images/label" (Fig. 9). The title has Spearman's rank correlation [4]: 1 if α rises with the images
# per label in every step, −1 if it falls. Its interval is a [bootstrap](../statistics.md#percentile-bootstrap) over the pairs. Eight pairs are few for a
# bootstrap, so read the interval as a rough one.

# %% tags=["report"]
show(layers.best_rates(records), colors=16)

# %% [markdown]
# Left, look for the dots that are not at the highest rate: how many seeds of how many pairs make the whole correlation? All other α lie at the edge of the
# grid, so their order is unknown, whatever the interval says. Right, the pairs spread. And images per label, number of classes, closeness and source all
# differ between pairs, so even a clear correlation would not say which of them matters.
#
# ## Break it
# ### Is it fair to the frozen layers?
# The gain of the inner layers could be a fault of the comparison: frozen layers had only two LL to choose from, and the better of two rates is always at an edge
# of its grid. So try to break the finding: give the frozen side of one pair six more LL, below, between and above. With frozen layers, a training takes about a
# second. The other side gets nothing more.

# %%
from course_lib.sweeps import Study, Trial

more_rates = (0.001, 0.003, 0.03, 0.3, 1.0, 3.0)


def frozen_trials(profile, source, seeds):
    """IL-0/LL-m for each of the rates m, on the pair from above."""
    return [
        Trial(
            layered_recipe(pair, profile, inner=0.0, head=m),
            pair.target_data(size=profile.size, seed=seed),
            seed,
        )
        for m in more_rates
        for seed in seeds
    ]


study = Study("more_head_rates", "frozen layers", frozen_trials, PROFILES, vary=VARY)
more = run_study(study, profile, seeds=seeds, progress=False)

# %% tags=["report"]
trained = [run for run in by_pair[pair] if rates.inner_rate(run) > 0]
frozen = [run for run in by_pair[pair] if rates.inner_rate(run) == 0]
wide = frozen + more
found = {
    f"LL {m:g}": str(rates.accuracy_by_rate(wide, m)[0.0]) for m in rates.by_rates(wide)
}
show_text(f"{pair.name}, frozen inner layers: test accuracy by LL")
pd.DataFrame([found], index=["test accuracy"]).T

# %%
for name, side in (("two LL", frozen), ("eight LL", wide)):
    gap = analysis.score_gap(trained, side, vary=VARY)
    show_text(f"inner layers gain over frozen ones with {name}: {gap}")
chosen = sorted({rates.head_rate(run) for run in analysis.best_runs(wide, VARY)})
show_text(f"LL that validation chose for the frozen side: {', '.join(map(str, chosen))}")

# %% [markdown]
# Does the gain survive, and is the chosen LL now inside its grid? This is one pair; set `pair = pairs[0]` in *Explain* and run on from there to try another.
# Of the pairs that you do not try, the comparison above holds for the document's two LL only.
#
# ### Choose by the images that you report
# The document does not say that it chose IL on other images than those that it reports: *max_m* is the highest of the reported accuracies. What does that
# do to a number?
#
# ### Exercise 4 · choose by validation, report the test (10 minutes, ★★☆)
# Write `chosen_accuracy`: *each seed* chooses the rate with its highest validation accuracy, of equal ones the first; return the mean over the seeds of the test
# accuracy at the chosen rate. Hint: what does each row of `val` decide, and what may `test` decide? Try two seeds that choose different rates.


# %% tags=["exercise"]
def chosen_accuracy(val, test):
    """Mean test accuracy of validation's choices; `val`, `test`: (seeds, rates)."""
    # solution
    chosen = val.argmax(axis=1)
    return test[np.arange(len(test)), chosen].mean()
    # end solution


# %% tags=["checked"]
passed = check_chosen_accuracy(chosen_accuracy)

# %% [markdown]
# How much higher is the best accuracy when the *test* chooses the inner rate of each seed? By its making this is never negative for a seed; only its size is a
# finding. (An interval that reaches below zero says no more than that three seeds are few; one of no width, that all seeds have the same zero.)

# %% tags=["report"]
rates.choice_table(records)

# %% [markdown]
# In the runs that come with the course, validation and test choose the same rate for every seed of most pairs: their curves are steep beside the noise of the
# validation images. So in these runs, choosing by the test changes few numbers; it is still no fair estimate. Which pair is the exception, and how many validation
# images does it have? Where rates are about equally good, it would matter more: the differences max_0.1 − max_0.01 of Table 2 are at most 2.86 points.
#
# ## Printed and measured
# What Sections 4.1 and 4.2 say of all pairs together. *Undecided* counts pairs whose interval contains zero; the printed numbers are of one run each and have no
# intervals.

# %% tags=["report"]
rates.summary_table(records)

# %% [markdown]
# **Careful reading.** Before you run the next cell, look once more at what is quoted and printed above, and, if you have it, at the document: which two of its
# numbers cannot both be right? There is one such pair in Table 1, one in Table 2 and the text below it, and one in Fig. 10. One more pair concerns lesson 12:
# it is no error, but it makes a comparison unfair.

# %% tags=["report"]
rates.inconsistencies_table().set_index("what")

# %% [markdown]
# And a fourth kind, of words: IL-n/LL-m is defined "with n < m", but the grids include n = m, and Table 2 has α = LL in six places. Such slips say nothing about
# whether a finding is true. They say which numbers to recompute before you build on them.
#
# ### What the document claims
# Here the document's claims are tested on finished runs. A claim is [*reproduced*](../statistics.md#verdict) when the 95 % interval of the effect lies
# wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and *undecided* otherwise, or when a best rate at the edge of its grid could
# change the verdict. A claim about several pairs must hold for each; it is contradicted if it fails for one whose interval was widened for their number. For a
# printed number, the claimed range goes from half of it to twice as much. The mini world's images, sizes and networks are others: *contradicted* means that it
# does not hold here.

# %% tags=["report"]
chosen = [
    "rates-head-gain",
    "rates-inner-best",
    "rates-not-monotone",
    "rates-beta-positive",
    "rates-beta-median-0.01",
    "rates-beta-median-0.1",
    "rates-beta-grows",
    "rates-beta-grows-same-inner",
    "rates-no-winner",
    "rates-alpha-images",
]
show_claims(chosen, profile=profile, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - A range such as β is above zero by its making. Put the range that noise alone gives beside it, and compare ranges over the same number of rates.
# - In the runs that come with the course, training the inner layers gains in most pairs and loses in none, where both sides choose between the
#   document's two LL. *Which* inner rate is best stays undecided at LL 0.01, since α lies at the edge of the grid. That α increases with the images per label is
#   not shown.
# - One rate for all inner layers is not one distance: at the same rate, stages travel very different distances, relative to the lengths of their weights.
#
# ## Further
# One optional part: an experiment of your own (25 minutes).
#
# ### Your own experiment: two rates in 60 seconds (25 minutes)
# Choose two recipes for the pair from above, e.g. IL-0.01/LL-0.1 against IL-0.1/LL-0.1, and train both for at most 60 seconds together. **First write down one
# claim**, e.g. "With 40 steps, IL 0.01 beats IL 0.1 by at least five points." Then run the cell, and judge your claim by the difference and its intervals.
#
# | points | for |
# |---|---|
# | 1 | the claim was written before the run; it names what is compared, on which images, and how large the effect is |
# | 1 | the two recipes differ in one thing only |
# | 1 | both intervals are given, and it is said what each of them is about |
# | 1 | the verdict follows from the intervals: *supported*, *contradicted* or *undecided* |
# | 1 | nothing was chosen by the test accuracies, and the number of recipes tried is given |

# %%
from course_lib.teaching import compare_recipes

recipes = {  # change these two
    "IL 0.01": layered_recipe(pair, short, inner=0.01, head=0.1),
    "IL 0.1": layered_recipe(pair, short, inner=0.1, head=0.1),
}
compare_recipes(recipes, splits, seeds=3)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: on flowers ← plants, with 40 steps and LL 0.1, IL 0.01 has a test accuracy at least five points above IL 0.1. The recipes differ
# in the inner rate only. I ran the cell once, with three seeds, and tried no other recipe. The claim is supported if both intervals lie above five points: the one
# over the images says what other test images would change, the one over the seeds what training again would change. If one of them reaches below five, it is
# undecided. All seeds had the same training images, so it says nothing about other training images."
#
# *A flawed one (1 of 5).* "IL 0.01 is the best inner rate. I tried 0.001, 0.003, 0.01, 0.03 and 0.1, and it had the highest test accuracy." The recipes differ in
# one thing (1 point). But the claim came after the runs, the test accuracies chose, no interval is given, and the best of five rates is not shown to be better than
# its neighbours. The number tried is given, but that point is for not choosing by the test.

# %% [markdown]
# ## References
# 1. P. Dube, B. Bhattacharjee, E. Petit-Bois, M. Hill: *Improving Transferability of Deep Neural Networks*, 2018.
#    [arXiv:1807.11459](https://arxiv.org/abs/1807.11459). The course calls it *the document* in lessons 11 to 13.
# 2. J. Yosinski, J. Clune, Y. Bengio, H. Lipson: *How transferable are features in deep neural networks?*, 2014. [arXiv:1411.1792](https://arxiv.org/abs/1411.1792)
# 3. S. Ioffe, C. Szegedy: *Batch Normalization*, 2015. [arXiv:1502.03167](https://arxiv.org/abs/1502.03167)
# 4. C. Spearman: *The Proof and Measurement of Association between Two Things*, 1904. [doi:10.2307/1412159](https://doi.org/10.2307/1412159)
