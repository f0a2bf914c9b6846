# %% [markdown]
# # 13 · Choosing a source
# **Which of eight source networks is best for a target, and can you know before you fine-tune?**
#
# Dube, Bhattacharjee, Petit-Bois and Hill [1] (*the document* of lessons 11 to 13) begin with three observations: more data help (Fig. 1), the *base model* that
# training starts from matters, and a bad one can be worse than none (Fig. 2: from −8 to +67 % against random initialisation). How to choose a source they leave
# open: they call pairs close or far in meaning. This lesson repeats Figs. 1 to 5 and then tests ways to choose. Numbers in brackets refer to the list at the end.
#
# **You will** see what ten times the images are worth, what each of eight sources is worth to fifteen targets, write a score that ranks them before any of them is
# fine-tuned, and compare such scores with a ranking that knows nothing of the target. **Time** 60 minutes; the optional part *Further* takes another 25.
# **Cost** less than a minute on a laptop. The finished runs come with the course; `course study sources --recompute` trains the largest study again, in a good
# half hour on two cores.

# %% tags=["parameters"]
profile = "mini"  # "smoke": three targets, a few steps; "mini": all; "paper": the same
data = None  # the studies have images of their own, of the mini world
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from functools import partial

import numpy as np
import pandas as pd

from course_lib import analysis, figures
from course_lib.analysis import rates
from course_lib.analysis.rates import frozen, scoring
from course_lib.data import prepare, small_target
from course_lib.data.mini import DOMAINS, build_domain
from course_lib.figures.rates import domains, rankings, sources, transfer_map
from course_lib.models import build
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.rates import PROFILES
from course_lib.sweeps.studies.rates.sources import STARTS
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.rates import (
    check_best_elsewhere,
    check_leep_score,
    check_mean_regret,
)

numbers = PROFILES[profile]

# %% [markdown]
# ## Predict
# Eight source networks, one for each domain of the mini world: animals, people, plants, instruments, buildings, vehicles, tools and household things. Some were
# trained on 28 times as many images as others. **Commit to two guesses.**

# %%
guess_worse = Prediction(
    "per cent of pairs that are clearly worse than random initialisation",
    None,  # replace None by a number, e.g. 8, or by a range, e.g. (0, 5)
    reveal=reveal,
)
guess_close = Prediction(
    "points of test accuracy, close sources minus all others, mean over targets",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# **The domains** (Figs. 3 and 4). Each was cut in four quarters, as in the document: one trained the source network, two validate and test, and a small part of
# the fourth trains a target. So no target has an image that a source network has seen.

# %% tags=["report"]
images = {name: build_domain(name, numbers.size, first=1)[0][:2] for name in DOMAINS}
show(domains.domain_images(images), colors=32)

# %% [markdown]
# **The network** (Fig. 5), drawn from the module that is trained. Which stage has most of the weights, and which of them does a new head replace?

# %% tags=["report"]
classes = len(DOMAINS["plants"].categories)
show(domains.network(build(numbers.architecture, classes), numbers.size), colors=32)

# %% [markdown]
# **Ten times the images** (Fig. 1). Each domain from scratch, on few images and on ten times as many, for the same number of steps: so it is the data that
# differ, not the training time. Validation chooses the rate of each seed; few images have one rate more to choose from.

# %%
amounts = run_study("data_sizes", profile, data, seeds)
print(f"{len(amounts)} runs of {len(rates.size_gains(amounts))} domains")

# %% tags=["report"]
show(domains.data_sizes(amounts), colors=32)

# %% [markdown]
# **Every source for every target.** Fifteen targets of some 160 training images: a part of each domain, the flowers, and six small tasks of other kinds. Nine
# starts: eight source networks, and random initialisation. *One* recipe for all: every layer learns, SGD with momentum, a rate that falls along a cosine, and
# validation chooses the rate of each seed among the same three, 0.01, 0.03 and 0.1, whatever the start.

# %%
records = run_study("sources", profile, data, seeds)
matrix = rates.source_matrix(records)
print(f"{len(records)} runs: {len(matrix.targets)} targets × {len(matrix.starts)} starts")

# %% [markdown]
# How often each rate was chosen. Where a start often chose the lowest or the highest rate, a better one may lie beyond it: for most sources below 0.01, which would
# make their gains larger still. For random initialisation we try higher rates below.

# %% tags=["report"]
rates.chosen_rates(records)

# %% [markdown]
# The document's Fig. 2 has one target, *tool*. The colour says how close source and target are in meaning. No one was asked; it is a tree that we wrote down before
# anything was trained (living or made; then creature or plant, held in a hand or large; then the domain itself), and the number of steps that two domains share.

# %% tags=["report"]
show(sources.base_models(records, "tools"), colors=64)

# %% [markdown]
# And all pairs. A number is the gain over random initialisation in points; **bold and framed** where its interval excludes zero. Three seeds are few, so these
# intervals are wide, and the title says how many frames of either sign chance alone would draw at most. The part of a domain that trains a source is no candidate
# for its own target. But the flowers and three small tasks also have a source of their own domain, which has seen other images of it, and of task-00 even all
# classes.

# %% tags=["report"]
show(sources.gain_map(records), colors=40)

# %%
signs = rates.count_signs(rates.gains(records))
guess_worse.compare(100 * signs["worse"] / sum(signs.values()))

# %% [markdown]
# ### Was random initialisation treated fairly?
# "Worse than random" and "better than random" both depend on how well the random one was trained. It had the same rates and the same 16 epochs as all others, but
# starting from nothing may need a higher rate or more time. So give it both: 0.1 and 0.3 for twice the epochs, too. The sources get nothing, so the truth lies
# between. One pair is noisy, a mean over targets is less so; its [t-interval](../statistics.md#t-interval-over-seeds) is over the *targets*: what would others
# change?

# %%
more = run_study("source_random", profile, data, seeds)
fair = rates.source_matrix(records + more, vary=rates.ALSO_EPOCHS)
choices = {"the same rates": matrix, "more rates, twice the epochs": fair}

# %% tags=["report"]
show(sources.mean_gains(choices), colors=48)

# %% [markdown]
# A claim of *negative transfer* needs a random initialisation that had every chance; a claim that a source *helps* needs it even more. How many pairs are decided
# either way?

# %% tags=["report"]
rows = {"the same rates": signs}
more_gains = rates.gains(records + more, vary=rates.ALSO_EPOCHS)
rows["more rates, twice the epochs"] = rates.count_signs(more_gains)
pd.DataFrame(rows).T

# %% [markdown]
# Move through the map: the frame is the pair shown, its runs are on the right. Is a source better because it *ends* higher, or because it begins higher? (The
# sliders need a running kernel.)

# %%
figures.explorers.explore(
    partial(transfer_map.transfer_runs, records, matrix=matrix),
    stored=False,
    **transfer_map.transfer_controls(records),
)

# %% [markdown]
# ## Explain
# What does a source hand over? Features. Freeze them, and train only the last layer on them; or, as Section 2 of the document says of earlier work, train a linear
# *support vector machine* for each class [2]. Random initialisation has features, too: those of random weights.

# %%
heads = run_study("source_heads", profile, data, seeds)
strategies = rates.strategy_accuracies(records, heads)

# %% tags=["report"]
rates.strategy_table(strategies)

# %%
for a, b in ((frozen.FULL, frozen.HEAD), (frozen.MACHINE, frozen.HEAD)):
    show_text(f"{a} minus {b}, mean over sources: {rates.strategy_gap(strategies, a, b)}")

# %% [markdown]
# Good features are worth a lot, and they can be looked at *before* any fine-tuning. So can you choose the source by them? A score needs the target's training
# images and labels, and what the source network makes of them: its features, or the probabilities of its own classes. Here is one target.

# %%
target = "task-28" if "task-28" in matrix.targets else matrix.targets[-1]
splits = prepare(small_target(target, size=numbers.size, images=numbers.source_images))
outputs = {source: rates.outputs_of(STARTS[source], splits) for source in matrix.sources}
features, probabilities = outputs["plants"]
print(f"{target}: {splits.num_classes} classes, {len(splits.train)} images")
print(f"features {features.shape}, probabilities {probabilities.shape}")

# %% [markdown]
# ### Exercise 1 · LEEP (15 minutes, ★★☆)
# *LEEP* [3] asks: if all you had were the source's own answers, how well could you name the target's classes? Let θ(x)_z be the probability that the source gives
# its class z for image x. Over the N images, P(y, z) = (1/N) · the sum of θ(x)_z over the images with label y; P(z) is the sum of that over y, and
# P(y|z) = P(y, z)/P(z). Image x with label y then gets the probability p(x) = Σ_z P(y|z) θ(x)_z. LEEP is the mean over the images of log p(x). Write `leep_score`.
# Hint: the table P(y, z) has a row for each label. Which of its sums must be 1 after the division, those of a row or those of a column?


# %% tags=["exercise"]
def leep_score(probabilities, labels):
    """LEEP from the source's outputs (N, K) and the target's labels (N,)."""
    # solution
    joint = np.stack(
        [probabilities[labels == y].sum(axis=0) for y in range(labels.max() + 1)]
    )
    given = joint / joint.sum(axis=0)  # P(y|z)
    return np.log((probabilities * given[labels]).sum(axis=1)).mean()
    # end solution


# %% tags=["checked"]
passed = check_leep_score(leep_score)

# %% [markdown]
# More scores: *NCE* [4] is LEEP with the source's most probable class alone; *LogME* [5] is the evidence of a linear model on the features; the *H-score* [6]
# compares the spread between classes with the whole spread, *shrunk* [7] with a covariance that few images estimate better; *5 nearest* is the accuracy of the five
# nearest neighbours among the training images; *readout* that of a logistic regression, cross-validated. (The cross-learning score [8] needs a source with the
# target's own classes. Two targets have one each, task-00 and task-49: no ranking.) For this target, computed now:

# %% tags=["report"]
table = rates.score_table([target], size=numbers.size, images=numbers.source_images)
wide = table.pivot_table(index="source", columns="score", values="value", sort=False)
row = matrix.targets.index(target)
wide["test accuracy, %"] = 100 * matrix.candidates[row].mean(axis=1)
wide.sort_values("test accuracy, %", ascending=False).round(3)

# %% [markdown]
# ## Break it
# ### What does a score have to beat?
# A score that orders the sources right for one target may do so by chance, or because one source is best for every target. So each score stands beside *static*
# rankings, the same for all targets: by the accuracy that each network reached at home, and by the number of images it was trained on. They know nothing of the
# target. In this world they mean less than elsewhere: a domain with fewer images is drawn easier, so that its network is not lost at home. Accuracies at home are
# of tasks of unequal difficulty, and the number of images comes with difficulty. The agreement of two orders is Kendall's *weighted τ* [9], which counts mistakes
# among the best sources most: 1 the same order, −1 the opposite.
#
# ### Exercise 2 · what a wrong choice costs (10 minutes, ★★☆)
# τ is about the whole order, but you take only the first. Write `mean_regret`: for each target, the accuracy of its best source minus that of the source with
# the highest score; return the mean over the targets. Both arrays have a row for each target; NaN marks a source that is no candidate, in both.
# Hint: what does `argmax` make of NaN? Which of the two arrays chooses, and which one pays?


# %% tags=["exercise"]
def mean_regret(scores, accuracies):
    """Mean over targets of the accuracy lost by taking the highest score."""
    # solution
    chosen = np.nanargmax(scores, axis=1)
    taken = accuracies[np.arange(len(accuracies)), chosen]
    return (np.nanmax(accuracies, axis=1) - taken).mean()
    # end solution


# %% tags=["checked"]
passed = check_mean_regret(mean_regret)

# %% [markdown]
# All targets, all rankings. *Judged by meaning* is our tree; *head-only training* ranks by the validation accuracy of the last layer alone, a short training;
# *validation after fine-tuning* by that of all layers, mean over seeds: the dearest score, known when all runs are done, and of the very runs that are ranked. The
# interval of τ is over targets (t); the grey line shows τ when any one source is left out.

# %%
scores = rates.all_rankings(matrix, rates.scores_for(records), heads, records)
ranked, by_images = (
    analysis.ranking_table(
        scores, matrix.candidates, against=static, source_names=matrix.sources
    )
    for static in (scoring.STATIC, scoring.IMAGES)
)

# %% tags=["report"]
show(rankings.rankings(ranked), colors=48)

# %% [markdown]
# Read the two gaps in this order. Which scores are *shown* to be better than the static ranking by accuracy at home (the gap's interval lies above zero)? And is the
# *other* static ranking, by images at home, any worse than them? A score that only finds the network with the most training images is no better than counting
# images. Among eleven comparisons one may exclude zero by chance, so the intervals of the gaps are widened: all eleven together hold with 95 %.

# %% tags=["report"]
columns = {}
for static, own in ((scoring.STATIC, ranked), (scoring.IMAGES, by_images)):
    gaps = own.set_index("score")[[f"tau − {static}", "gap, low", "gap, high"]]
    columns[f"tau minus that of {static}"] = gaps.set_axis(["gap", "low", "high"], axis=1)
own = ranked.set_index("score")[
    ["weighted tau", "low", "high", "lowest without", "regret"]
]
pd.concat({"all targets": own, **columns}, axis=1).round(2)

# %% [markdown]
# ### Close in meaning?
# Here is each pair's accuracy minus the mean over its target's sources, by the closeness of the two in our tree of meaning. Pairs of one domain (3) are of four
# targets, so they stand apart.

# %% tags=["report"]
rates.closeness_table(matrix)

# %%
guess_close.compare(100 * rates.closeness_gap(matrix).estimate)

# %% [markdown]
# But the domains differ in size, too, and the tree knows nothing of size. Would close sources win if all had been trained on as many images? Compare each pair
# with what its *source* reaches for all other targets. What is left is about the pair:

# %%
for words, same in (("all pairs", True), ("without pairs of one domain", False)):
    beyond = rates.closeness_gap(matrix, same=same, beyond_source=True)
    show_text(f"close minus all others, {words}, beyond the source's worth: {beyond}")

# %% [markdown]
# ### Choose without looking
# The best source of the *other* targets is a static ranking, too, learned from experience. But only if the target itself had no say.
#
# ### Exercise 3 · the best source elsewhere (10 minutes, ★★☆)
# Write `best_elsewhere`: for each target, the number (0, 1, …) of the source with the highest mean accuracy over all *other* targets. Hint: which row must not be
# part of the mean for target 3? Is there a way without a loop, from the sum over all rows?


# %% tags=["exercise"]
def best_elsewhere(accuracies):
    """For each target (row) the best source (column) of all other targets."""
    # solution
    others = accuracies.sum(axis=0) - accuracies
    return others.argmax(axis=1)
    # end solution


# %% tags=["checked"]
passed = check_best_elsewhere(best_elsewhere)

# %% [markdown]
# Once the check has passed: your function on the targets that are no domain, which all eight sources are candidates for. (With a gap in a row, sums over rows of
# unequal difficulty would not compare sources: subtract each row's mean first, and leave gaps out, as the library does for the table below.)

# %%
whole = matrix.candidates.mean(axis=2)
whole = whole[~np.isnan(whole).any(axis=1)]
if passed:
    found = best_elsewhere(whole)
    lost = 100 * (whole.max(axis=1) - whole[np.arange(len(whole)), found]).mean()
    print(f"chosen: {', '.join(matrix.sources[place] for place in found)}")
    print(f"below the best source of each: {lost:.1f} points on average")

# %% [markdown]
# **Fine-tune from all, and let validation choose.** One student has one seed: eight sources, three rates, 24 trainings, and keeps the network with the highest
# validation accuracy. Its test accuracy, mean over the three seeds, against that of a source chosen before:

# %% tags=["report"]
worth = rates.choice_gain(records)
pd.DataFrame({f"minus {name}": {"gain": str(own)} for name, own in worth.items()}).T

# %% [markdown]
# ## The same with real images
# Twelve tasks cut from CIFAR-100 and PACS, 64 pixels a side: EfficientNet-Lite0 with weights from ImageNet, the small ResNet-18 with weights from the mini world,
# and both from random initialisation. Validation chooses: of a source among four scales of graduated rates, whose stem is frozen; of random weights among three
# rates that are equal in all stages. The networks differ, so a source is compared with random initialisation of *its own* network.

# %%
from course_lib.analysis.rates import real_sources
from course_lib.figures.rates import real as real_figures
from course_lib.sweeps import finished_runs

real_records = [
    run for name in ("real_sources", "real_scales") for run in finished_runs(name, "real")
]

# %% tags=["report"]
show(real_figures.sources(real_records), colors=24)

# %% tags=["report"]
real_sources.source_table(real_records)

# %% [markdown]
# ImageNet helps with real images, also without the two tasks of photographs from PACS, some of which are ImageNet's own. Whether drawings help with photographs:
# is there a row `mini_resnet18…` whose interval lies above zero? Beware, the sides are not tuned alike. The last column counts how often the chosen rate lies at
# an edge of its grid: where random weights often do, a better rate may lie beyond, and the gain over them is too large. And ImageNet differs from the drawings in
# everything at once: kind of images, number of images, number of classes, network. All runs here use BatchNorm's statistics of each batch; lesson 12 shows that
# ImageNet's network is better without.
#
# ## Printed and measured
# The document's numbers are of ImageNet22k, of other networks and of one run each; it prints no interval.

# %% tags=["report"]
printed = [rates.printed_number(f"{end}_source_gain") for end in ("worst", "best")]
lines = {"printed, tool": printed}
for name, own in choices.items():
    for words, where in (("tools", "tools"), ("any pair", None)):
        ends = rates.relative_range(own, where)
        lines[f"measured, {words}, {name} for random"] = [100 * end for end in ends]
pd.DataFrame(lines, index=["worst source, %", "best source, %"]).T.round(1)

# %% [markdown]
# The worst and the best of many noisy numbers lie further apart than the sources do: look at the intervals in the figure of the tools before you believe either end.
#
# ### What the document claims
# A claim is *reproduced* when the 95 % interval of the effect lies wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and
# *undecided* otherwise, or when a best rate at the edge of its grid could change the verdict: of the better side it could not. A claim about several sources must
# hold for each; it is contradicted if it fails for one whose interval was widened for their number. Sources are compared with each other at the same rates, so an
# edge favours none. The last three claims are ours.

# %% tags=["report"]
chosen = [
    "sources-ten-times-data",
    "sources-useful",
    "sources-best-gain",
    "sources-worst-gain",
    "sources-all-layers",
    "sources-svm-equivalent",
    "sources-close-better",
    "sources-static-accuracy",
    "sources-static-images",
]
show_claims(chosen, profile=profile, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - In the runs that come with the course and at equal rates, seven of eight sources are better than random initialisation on average over targets. Where that may
#   also use a higher rate and twice the epochs, five are, and the source with the fewest images is worse, though not any more once the interval is widened for the
#   number of comparisons. The sources did not get these, so the truth lies between. Three seeds decide few single pairs, so look at means over targets.
# - A score must beat rankings that know nothing of the target. Among eleven comparisons, no score that is computed before training is shown to beat either of
#   them. The *number of images* at home ranks better than the accuracy at home: in this world, where size comes with difficulty, and with eight sources.
# - That close sources are better is not shown. To fine-tune from all eight and to let validation choose is worth something against a source taken at random; against
#   the source with the most images no gain is shown, and it costs 24 trainings.
#
# ## Further
# One optional part: an experiment of your own (25 minutes).
#
# ### Your own experiment: two sources in 60 seconds (25 minutes)
# Choose two sources for the target from above, and train both for at most 60 seconds together. **First write down one claim**, e.g. "For task-28, plants beat tools
# by at least five points." Then run the cell, and judge your claim by the difference and its intervals.
#
# | points | for |
# |---|---|
# | 1 | the claim was written before the run; it names what is compared, on which images, and how large the effect is |
# | 1 | the reason for it can be wrong, and is written down: meaning, size, or a score |
# | 1 | both intervals are given, and it is said what each of them is about |
# | 1 | the verdict follows from the intervals: *supported*, *contradicted* or *undecided* |
# | 1 | nothing was chosen by the test accuracies, and the number of sources tried is given |

# %%
from course_lib.teaching import compare_recipes
from course_lib.training import Recipe

common = {"architecture": numbers.architecture, "optimizer": "sgd", "momentum": 0.9}
recipes = {  # change these two
    name: Recipe.full(start=STARTS[name], lr=0.01, epochs=6, batch_size=32, **common)
    for name in ("plants", "tools")
}
compare_recipes(recipes, splits, seeds=3)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: for task-28, the source plants is at least five points better than tools, since it was trained on 28 times as many images; in
# meaning neither is close. I looked at no accuracy of this target before. I ran the cell once, with three seeds, and tried no other source. The claim is supported
# if both intervals lie above five points: the one over the images says what other test images would change, the one over the seeds what training again would."
#
# *A flawed one (1 of 5).* "Animals are the best source for task-28, because its classes are mostly animals. I tried all eight, and animals had the highest test
# accuracy." The reason could be wrong and is written down (1 point). But the claim names no size and came after the runs, the test accuracies chose the best of
# eight, and there is no interval.

# %% [markdown]
# ## References
# 1. P. Dube, B. Bhattacharjee, E. Petit-Bois, M. Hill: *Improving Transferability of Deep Neural Networks*, 2018.
#    [arXiv:1807.11459](https://arxiv.org/abs/1807.11459). The course calls it *the document* in lessons 11 to 13.
# 2. J. Donahue, Y. Jia, O. Vinyals, J. Hoffman, N. Zhang, E. Tzeng, T. Darrell: *DeCAF: A Deep Convolutional Activation Feature for Generic Visual Recognition*,
#    2014. [arXiv:1310.1531](https://arxiv.org/abs/1310.1531)
# 3. C. V. Nguyen, T. Hassner, M. Seeger, C. Archambeau: *LEEP: A New Measure to Evaluate Transferability of Learned Representations*, 2020.
#    [arXiv:2002.12462](https://arxiv.org/abs/2002.12462)
# 4. A. T. Tran, C. V. Nguyen, T. Hassner: *Transferability and Hardness of Supervised Classification Tasks*, 2019.
#    [arXiv:1908.08142](https://arxiv.org/abs/1908.08142)
# 5. K. You, Y. Liu, J. Wang, M. Long: *LogME: Practical Assessment of Pre-trained Models for Transfer Learning*, 2021.
#    [arXiv:2102.11005](https://arxiv.org/abs/2102.11005)
# 6. Y. Bao, Y. Li, S.-L. Huang, L. Zhang, L. Zheng, A. Zamir, L. Guibas: *An Information-Theoretic Approach to Transferability in Task Transfer Learning*, 2019.
#    [doi:10.1109/ICIP.2019.8803726](https://doi.org/10.1109/ICIP.2019.8803726)
# 7. S. Ibrahim, N. Ponomareva, R. Mazumder: *Newer is not always better: Rethinking transferability metrics, their peculiarities, stability and performance*, 2021.
#    [arXiv:2110.06893](https://arxiv.org/abs/2110.06893)
# 8. S. Sun, H. H. Zhang, J. C. Watkins: *Quantifying Data Similarity Using Cross Learning*, 2025. [arXiv:2510.10866](https://arxiv.org/abs/2510.10866)
# 9. S. Vigna: *A Weighted Correlation Index for Rankings with Ties*, 2015. [arXiv:1404.3325](https://arxiv.org/abs/1404.3325)
