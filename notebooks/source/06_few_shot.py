# %% [markdown]
# # 06 · Few-shot
# **How much does each strategy lose when it gets 189 drawings instead of 1687?**
#
# This lesson trains the same three strategies with a ninth of the images. It repeats Section VI, *Few-shot*, of *the homework*: the report [1] of a student
# who fine-tuned a ResNet-18 to the cartoons of PACS [2]. Numbers in brackets refer to the list at the end.
#
# **You will** see what each strategy loses, find out what borrowed layers are worth when images are few, and measure how noisy choosing a rate by 47
# images is. The optional part *Further* takes up two questions that the homework's tables leave open: are 50 short epochs a fair comparison? Are the test
# images like the others? **Time** 45 minutes; *Further* takes another 55. **Cost** less than a minute on a laptop; the finished runs of the grids come
# with the course, and `course study few_shot_full --recompute` trains them again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from itertools import product

import numpy as np
import pandas as pd
import torch

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.analysis.homework import STRATEGY_NAMES
from course_lib.data import DataSpec, prepare
from course_lib.figures.homework import few_shot, strategies
from course_lib.figures.style import OPTIMIZER_NAMES
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.homework import (
    check_epochs,
    check_images_needed,
    check_paired,
)

numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# You know what the three strategies reach with 1687 images (lessons 03–05). Now there are 189 images, about 27 of each class. **Commit to two guesses**,
# both for Adam. The optimiser is fixed in advance, since the test accuracies must not be used to choose it.

# %%
guess = Prediction(
    "test accuracy of full fine-tuning with 189 images and Adam, %",
    None,  # replace None by a number, e.g. 50, or by a range, e.g. (40, 60)
    reveal=reveal,
)
guess_loss = Prediction(
    "points that training from scratch loses with Adam",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# The homework makes the small set by swapping two folders: the train folder becomes the test folder, and the other way round. So the few-shot *test* set has
# 2108 images, nine times as many as the large set's, and its accuracies are three times as precise. The validation set has 47 images: one of them is 2.1 points.

# %% tags=["checked"]
large = prepare(DataSpec(source=data, size=numbers.size))
small = prepare(DataSpec(source=data, size=numbers.size, few_shot=True))
for name, splits in (("large", large), ("few-shot", small)):
    train, val, test = (len(part) for part in (splits.train, splits.val, splits.test))
    print(f"{name:<9} train {train}, validation {val}, test {test}")
swapped = set(small.train.names) <= set(large.test.names)
print("few-shot trains on test images of the large set:", swapped)

# %% [markdown]
# There are six grids: the three strategies with many and with few images. Finished runs are loaded, not repeated.

# %%
many = {name: run_study(name, profile, data, seeds) for name in STRATEGY_NAMES}
few = {
    name: run_study(f"few_shot_{name}", profile, data, seeds) for name in STRATEGY_NAMES
}
best = {
    name: analysis.best_table(records).set_index("optimizer")
    for name, records in few.items()
}

# %% [markdown]
# Figures 16–24 of the homework, here with Adam (for SGD, see the controls in *Further*). The losses have a logarithmic axis, since they span several
# powers of ten. Compare training and validation loss: does one still fall when the other has long stopped?

# %% tags=["report"]
show(few_shot.curves(few, "adam"), colors=48)

# %%
guess.compare(best["full"].loc["adam", "test %"])

# %% [markdown]
# All of it in one picture: large set and few-shot, printed (Tables II–VII, hollow) and measured (filled). A dotted interval says how much one run could
# change with other test images. A solid one says how much a mean could change by training again with other seeds.

# %% tags=["report"]
show(strategies({name: many[name] + few[name] for name in few}))

# %% [markdown]
# **Who suffers most?** The homework's losses are roughly 12 (scratch), 14 (last layer) and 15 points (full), one run each. The two accuracies of such a
# difference come from different test images, so the [interval of the difference](../statistics.md#newcombes-difference) contains the errors of both [4].

# %% tags=["report"]
losses = homework.few_shot_losses(many, few)
show(few_shot.losses(losses, sizes=(len(large.train), len(small.train))))

# %%
adam = {x.strategy: x.lost for x in losses if x.optimizer == "adam" and not x.printed}
guess_loss.compare(100 * adam["scratch"].estimate)

# %% [markdown]
# Does one strategy lose more points than another? Overlapping intervals do not decide it: take the difference of the two losses, and the interval of *that
# difference*. (It is computed as if each loss had its own test images. In fact they are shared, so the interval is probably too wide.)

# %%
lost = {(x.printed, x.optimizer, x.strategy): x.lost for x in losses}
for is_printed, optimizer in product((True, False), ("sgd", "adam")):
    scratch, full = (lost[is_printed, optimizer, name] for name in ("scratch", "full"))
    more = analysis.independent_difference(scratch, full)
    origin = f"{'printed' if is_printed else 'measured'}, {OPTIMIZER_NAMES[optimizer]}:"
    show_text(f"{origin:<15} from scratch loses more than full fine-tuning by {more}")

# %% [markdown]
# If this interval contains 0, it does not say who suffers most. And points are not the only way to count. A strategy that made few mistakes with many images
# may lose few points and still make three times as many mistakes. In the next table's last column, whose *errors* grow most?

# %% tags=["report"]
homework.losses_table(losses)

# %% [markdown]
# The three strategies with 189 images share their 2108 test images. So these three can be compared image by image:

# %% tags=["report"]
analysis.paired_table(
    {name: analysis.select(records, optimizer="adam") for name, records in few.items()}
)

# %% [markdown]
# ### Exercise 1 · the same images (10 minutes, ★★☆)
# Why is the paired comparison more precise? Most images are easy or hard for *both* networks, and cancel in the difference. Write `paired_interval`: the
# difference of the accuracies of two networks on the same images, and half the width of its 95 % interval, i.e. 1.96 standard errors.
# Hint: of which n numbers, one for each image, is the difference of the two accuracies the mean? And what is the standard error of the mean of n numbers?


# %% tags=["exercise"]
def paired_interval(right_a, right_b):
    """(accuracy of A − that of B, half width); arrays (N,) of 0 and 1, by image."""
    # solution
    difference = right_a - right_b
    return difference.mean(), 1.96 * difference.std() / np.sqrt(len(difference))
    # end solution


# %% tags=["checked"]
passed = check_paired(paired_interval)

# %% [markdown]
# ## Explain
# Why do borrowed layers matter more when images are few? A hypothesis: *learning filters* needs many images, and *using* filters needs few. To separate
# the two, keep the layers fixed and learn only a linear rule (a linear classifier) on their outputs, from 1, 3, 9, 27, 81 images of each class. Such a
# rule is often called a linear probe [5].

# %%
from course_lib.models import start_model
from course_lib.training import Recipe, input_statistics, normalise

mean, std = input_statistics(Recipe.scratch(lr=0.01), large)


@torch.no_grad()
def describe(images, start):
    """The input of a head for each image, (N, D); `start` None: random layers."""
    model = start_model(numbers.architecture, start, large.num_classes).eval()
    parts = (normalise(part, mean, std) for part in images.images.split(128))
    return torch.cat([model.features(part) for part in parts]).numpy()


described = {
    "borrowed layers": [
        describe(part, numbers.weights) for part in (large.train, large.val)
    ],
    "random layers": [describe(part, None) for part in (large.train, large.val)],
}

# %% [markdown]
# For each number, five sets are drawn, and the [interval](../statistics.md#t-interval-over-seeds) is over these draws. All images together can be drawn in
# one way only, so there the interval is over the images that the rule is scored on. These are the validation images of the large set; nothing was chosen
# by them here.

# %%
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

labels, rng = large.train.labels.numpy(), np.random.default_rng(0)


def drawn(per_class):
    """Indices of `per_class` random images of each class, drawn anew at each call."""
    own = [np.flatnonzero(labels == c) for c in range(large.num_classes)]
    return np.concatenate([rng.permutation(rows)[:per_class] for rows in own])


least = min(np.bincount(labels))
draws = {
    n * large.num_classes: [drawn(n) for _ in range(5)]
    for n in (1, 3, 9, 27, 81)
    if n <= least
}
draws[len(labels)] = [np.arange(len(labels))]

# %%
rules = {name: {} for name in described}
for found, (train_x, val_x) in zip(rules.values(), described.values(), strict=True):
    for num_images, places in draws.items():
        right = []
        for rows in places:
            rule = make_pipeline(StandardScaler(), RidgeClassifier(alpha=10))
            rule.fit(train_x[rows], labels[rows])
            right.append(rule.score(val_x, large.val.labels.numpy()))
        one = analysis.accuracy_interval(round(right[0] * len(val_x)), len(val_x))
        found[num_images] = analysis.seed_interval(right) if len(right) > 1 else one

# %% [markdown]
# The figure also shows networks with *all* layers trained on 189 and on 1687 images (Adam; interval over seeds). They are scored on their *test* images:
# their validation images chose the rate and the epoch, so the accuracy on those would be too good.

# %% tags=["report"]
trained = {}
for name in ("scratch", "full"):
    grids = [analysis.select(runs[name], optimizer="adam") for runs in (few, many)]
    chosen = [analysis.best_runs(grid) for grid in grids]
    trained[name] = {
        runs[0]["num_train"]: analysis.score_over_runs(runs) for runs in chosen
    }
show(few_shot.budget(rules, trained["scratch"], trained["full"], small=len(small.train)))

# %% [markdown]
# Read the figure as a budget. The distance from *random layers* up to *from scratch* is what the images at hand could teach the layers. The distance from
# *from scratch* up to *borrowed layers* is what other images had taught the borrowed layers beyond that. (Validation and test images are alike in the mini
# world. Where they are not, their difference is a part of these distances.)

# %%
from course_lib.models import load_weights

meta = load_weights(numbers.weights).meta
print(f"The borrowed layers learned {meta['num_classes']} other classes,", end=" ")
print(f"from {meta['source']}.")
scratch = trained["scratch"]
for n in sorted(set(rules["borrowed layers"]) & set(scratch)):
    taught = analysis.independent_difference(scratch[n], rules["random layers"][n])
    given = analysis.independent_difference(rules["borrowed layers"][n], scratch[n])
    print(f"{n:>4} images: they teach {taught}; borrowing brings {given} beyond that")

# %% [markdown]
# Where the first number grows with the images and the second shrinks, borrowing matters less the more images you have.
#
# ## Break it
# **Trust 47 images.** For one and the same network, Table V of the homework prints a validation accuracy of 61.70 % and a test accuracy of 44.92 %. Here are
# their intervals [3]:

# %% tags=["checked"]
for optimizer in ("sgd", "adam"):
    printed = homework.printed_result("scratch", optimizer, few_shot=True)
    val = analysis.accuracy_interval(printed.val_correct, printed.num_val)
    test = analysis.accuracy_interval(printed.test_correct, printed.num_test)
    right = f"{printed.val_correct} of {printed.num_val}"
    print(f"{optimizer:<4} validation {right}: {val}, test {test}")

# %% [markdown]
# The validation accuracy chooses the rate. What does such a choice cost? Every run was tested on 2108 images, so the choice can be repeated: draw some of these
# images as if they were the validation images, choose the best rate by them, and measure the accuracy of the chosen rate on all the *others*.

# %%
rows = []
for name, records in few.items():
    tried = filter(analysis.is_scored, analysis.select(records, optimizer="adam", seed=0))
    outcomes = [analysis.units_of(run) for run in tried]
    for num_images in (12, 47, 189, 421, 1000):
        found = analysis.choice_noise(outcomes, num_images)
        differ = f"{100 * found.differ:.0f} %"
        rows.append(
            (STRATEGY_NAMES[name], num_images, differ, found.too_good, found.lost)
        )
columns = ["strategy", "images that choose", "two choices differ", "looks too good by"]
noise = pd.DataFrame(rows, columns=[*columns, "loses against the best rate"])

# %% tags=["report"]
at_47 = noise.loc[noise["images that choose"] == 47, "looks too good by"]
apart = 100 * max(row.high - row.low for row in at_47)
print(f"The choice by 47 images: 90 % of the draws lie within {apart:.0f} points")
noise.astype(str).set_index(["strategy", "images that choose"])

# %% [markdown]
# *Two choices differ*: how often two draws choose different rates. *Looks too good by*: the accuracy on the images that chose the rate, minus that on all
# others. Its mean is the *selection bias* [6]: the luckiest rate looks better than it is. The brackets hold 90 % of the draws; they are wide because few
# images choose. The last column is what the choice *costs*. Compare the two: a rate that looks much too good may still be nearly as good as the best.
#
# ### Exercise 2 · how many validation images? (5 minutes, ★★☆)
# How many images does it take to know an accuracy to within ± `half_width` (95 %, i.e. 1.96 standard errors to either side)?
# Hint: an image is 1 with probability `accuracy` and 0 otherwise. How large is the standard error of the mean of n such numbers? Solve for n.


# %% tags=["exercise"]
def images_needed(accuracy, half_width):
    """Least number of images; both arguments are fractions."""
    # solution
    return int(np.ceil(1.96**2 * accuracy * (1 - accuracy) / half_width**2))
    # end solution


# %% tags=["checked"]
passed = check_images_needed(images_needed)

# %% [markdown]
# ## Printed and measured
# Tables V–VII of the homework beside our runs.

# %% tags=["report"]
beside = {}
for name, records in few.items():
    table = homework.printed_result(name, "sgd", few_shot=True).table
    sides = homework.printed_and_measured(name, records).set_index("optimizer").T
    beside[f"Table {table}: {STRATEGY_NAMES[name]}"] = sides
pd.concat(beside, axis=1)

# %% [markdown]
# ### What the homework claims
# Here the homework's claims about the small training set are tested on finished runs. A claim is *reproduced* when the 95 % interval of the effect lies
# wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and *undecided* otherwise, or when a best rate is at the edge of its
# grid: then a rate that nobody tried may be better. For a printed number, the claimed range goes from half of it to twice as much. *Calibrated* marks the
# order that the mini world was made to show. `course claims` judges all claims.

# %% tags=["report"]
drops = [f"few-shot-drop-{name}" for name in ("scratch", "last-layer", "full", "order")]
chosen = [*drops, "few-shot-order", "few-shot-more-epochs"]
show_claims(chosen, profile=profile, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - Using filters takes few images, learning filters takes many: the fewer the images, the more a borrowed start was worth here. But borrowed layers need
#   not stay frozen: compare full fine-tuning with the last layer.
# - To say who suffers most, take the difference of the two losses and *its* interval. Where images are shared, compare image by image.
# - A choice by 47 images is noisy: one image is 2.1 points, two such choices often take different rates, and the chosen rate looks better than it is. The
#   choice costs little where several rates are about equally good: see that table's column *loses*.
#
# ## Further
# Four optional parts: curves of single runs (5 minutes), more steps or more images (15 minutes), two reasons why validation and test disagree (15 minutes), and
# an experiment of your own (20 minutes).
#
# ### Curves of single runs
# The homework's curves are of single runs, and it speaks of their *peaks*. A mean over seeds smooths the peaks away. Here are both with Adam, each strategy at
# its best rate: the validation accuracy of one seed, and the mean over all seeds. The title gives how far a curve moves from one epoch to the next, on average.

# %% tags=["report"]
show(few_shot.one_seed(few, "adam"), colors=64)

# %% [markdown]
# One image of 47 is 2.1 points, so where a single curve moves, it moves by at least that. See the curves of each strategy, optimiser and rate here (the controls
# need a running kernel):

# %%
from functools import partial

figures.explorers.explore(
    partial(figures.explorers.rate_curves, few, names=STRATEGY_NAMES),
    **figures.explorers.rate_controls(few),
    stored=False,
)

# %% [markdown]
# ### More steps or more images?
# The homework itself notes that an epoch of 189 images takes fewer steps: fifty such epochs may be too few, and the comparison would then be unfair. So give
# the small set *as many optimiser steps* as the large one gets. He, Girshick and Dollár [7] ask a related question about training from scratch.
#
# ### Exercise 3 · epochs for equal steps (5 minutes, ★☆☆)
# How many epochs of `num_images` images in batches of `batch_size` does it take until at least `steps` steps are done?
# Hint: how many steps is an epoch of 10 images in batches of 4? And how many epochs are 4 steps?


# %% tags=["exercise"]
def epochs_for(steps, num_images, batch_size):
    """The least number of epochs with at least `steps` optimiser steps."""
    # solution
    steps_per_epoch = -(-num_images // batch_size)  # rounded up
    return -(-steps // steps_per_epoch)
    # end solution


# %% tags=["checked"]
passed = check_epochs(epochs_for)

# %% [markdown]
# These are the long runs: two strategies, and for each optimiser a rate that does well in the grids. They start like the short runs, with the same
# images, seeds, rates and batches, and go on until they have as many steps as the large set. (On another machine numbers are rounded differently, and such
# differences grow during training. So part of the difference may come from rounding, not from steps.)

# %%
long = run_study("few_shot_steps", profile, data, seeds)
budgets = homework.steps_and_images(few, long, many)
for each in budgets:
    print(f"{each.label}: {each.amounts}")

# %% [markdown]
# What does each of the two add to the test accuracy? *More steps*: the same 2108 test images and the same seeds, compared image by image. *More images* in
# as many steps: the test images are others, so the interval is the wider one of two independent accuracies. (If the batch sizes differ as well, their
# effect is counted as "more images".)

# %% tags=["report"]
show(few_shot.steps_and_images(budgets))

# %% tags=["report"]
homework.steps_table(budgets)

# %% [markdown]
# Compare the training losses of the short and the long runs. Where the loss is near zero after the short run, each further step has next to nothing to
# correct. If an interval contains 0, over the test images or over the seeds, the runs do not show a difference. Where *more steps* brings little and *more
# images* much, the number of steps was not the main limit: with this recipe, 189 images had little more to teach.
#
# ### Would another seed have chosen the same rate?
# In how many pairs of seeds did validation choose different rates? For each optimiser:

# %% tags=["report"]
cells = {}
for runs_of, splits in ((few, small), (many, large)):
    for optimizer in ("sgd", "adam"):
        column = {}
        for name, runs in runs_of.items():
            differ, total = analysis.disagreement(
                analysis.select(runs, optimizer=optimizer)
            )
            column[STRATEGY_NAMES[name]] = f"{differ} of {total}"
        cells[f"{len(splits.val)} validation images", OPTIMIZER_NAMES[optimizer]] = column
pd.DataFrame(cells)

# %% [markdown]
# Do more validation images make the seeds agree? They need not. Seeds also disagree where two rates are about equally good, and then the disagreement costs
# nothing. A few pairs of seeds cannot tell the two cases apart; the table of the 47 images above can.
#
# ### Are the test images like the others?
# The homework's validation and test accuracies lie far apart, and selection explains only a part of it. Its test folder is the *end of the sorted file list* of
# each class. If the order of the files has a meaning, this is no random sample. The few-shot experiment turns these images into training images, so here we
# may look at them.

# %%
from scipy import stats

end_of_list = small.train.joined_with(
    small.val
).images  # the large experiment's test folder
both = (end_of_list, large.train.images)
bright = [images.float().mean(dim=(1, 2, 3)).numpy() / 255 for images in both]
ci = stats.ttest_ind(*bright, equal_var=False).confidence_interval()
print(
    f"mean pixel: end of the list {bright[0].mean():.3f}, the rest {bright[1].mean():.3f}"
)
print(f"difference [{ci.low:+.3f}, {ci.high:+.3f}]")

# %% [markdown]
# In the mini world every image is drawn independently of its number. So the order of the files means nothing, and the interval should contain 0. On the
# real cartoons the red channel of the last files has a mean of 0.774, that of the others 0.812. (These two numbers are printed without an interval. The
# test that follows is better.)
#
# Does it matter for the accuracies? Split the same images again, at random and with equal shares of each class, train from scratch, and compare the gap
# between validation and test accuracy.

# %%
random_split = run_study("random_split", profile, data, seeds)
cuts = {"homework's split": many["scratch"], "random split": random_split}
gaps = analysis.gap_table(cuts)

# %% tags=["report"]
gaps

# %%
for optimizer in ("sgd", "adam"):
    row = homework.printed_result("scratch", optimizer)
    val = analysis.accuracy_interval(row.val_correct, row.num_val)
    test = analysis.accuracy_interval(row.test_correct, row.num_test)
    printed = analysis.independent_difference(val, test)
    grids = [analysis.select(records, optimizer=optimizer) for records in cuts.values()]
    ours = [analysis.validation_gap(analysis.best_runs(grid)) for grid in grids]
    change = analysis.independent_difference(*ours)
    print(f"{optimizer:<4} printed gap {printed}")
    print(f"     here the homework's split makes the gap larger by {change}")

# %% [markdown]
# The printed gap is far from zero. The table shows our gap for the images of `data`; if the interval of the change contains 0, these runs do not show a
# change. The question comes from the real cartoons, so test it on them. Six runs on PACS at 48 pixels ship with the course: from scratch, Adam at 0.01, three
# seeds on each split.

# %% tags=["checked"]
from course_lib.sweeps import shipped_runs

shipped = shipped_runs("homework", "real_cartoons_split").values()
real = analysis.select(shipped, source="pacs:cartoon", name="scratch")
by_images, by_both = [], []
for label, split in (("homework's split", "homework"), ("random split", "stratified")):
    runs = analysis.select(real, split=split)
    row = analysis.gap_table({label: runs}).iloc[0]
    by_images.append(analysis.validation_gap(analysis.best_runs(runs)))
    by_both.append(analysis.optimism(runs))
    print(f"{label:<16} validation {row['val %']:.1f} %, test {row['test %']:.1f} %")
    print(f"{'':<16} gap {by_images[-1]}")
print("The homework's split makes the gap larger by")
print(f"{analysis.independent_difference(*by_images)} (over the images)")
print(f"{analysis.independent_difference(*by_both)} (and with the error of three seeds)")

# %% [markdown]
# The network and the images are the same, only the split differs. What counts is the *difference* of the two gaps. (That the interval of one gap contains
# zero and that of the other does not, says little.) Over the images, the interval of the difference leaves out zero. With the error of three trainings
# added, it just contains zero. So by our rule it is *undecided* whether the order of the files causes a part of the printed gap: three trainings are too
# few to tell. How large such a part would be stays open. With the images on your disk, `course study random_split --data pacs:cartoon` and `course study
# scratch --data pacs:cartoon` train all rates and more seeds, and `data = "pacs:cartoon"` runs this lesson on them.
#
# ### Your own experiment: a recipe in 60 seconds (20 minutes)
# What would *you* do with 189 images? Choose a recipe for them (strategy, rates, epochs, augmentation, weight decay, …) and one to compare it with. Both
# train for at most 60 seconds together. **First write down one claim**, e.g. "With 189 images, ten epochs are at least two points better than two." Then
# run the cell, and judge your claim by the difference and its intervals.
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

common = {"architecture": numbers.architecture, "start": numbers.weights, "lr": 0.001}
recipes = {  # change these two
    "six epochs": Recipe.full(epochs=6, **common),
    "two epochs": Recipe.full(epochs=2, **common),
}
compare_recipes(recipes, small, seeds=3)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: with 189 drawings and Adam at 0.001, six epochs of full fine-tuning reach at least one point more than two epochs, on the
# 2108 test images. Only the number of epochs differs. I ran the cell once, with three seeds, and tried no other recipe. The claim is supported if both
# intervals, over the test images and over the seeds, lie above one point. If one of them reaches below, it is undecided. If the interval over the seeds is
# the wider one, I would need more seeds, not more images."
#
# *A flawed one (1 of 5).* "Six epochs reach a higher validation accuracy, 43 of 47 images instead of 40. So more epochs are better, and with 1687 images it
# will be the same." The claim was written after the run; three of 47 images are within chance; no interval is given; and nothing was measured with 1687
# images. The point is for two recipes that differ in one thing.

# %% [markdown]
# ## References
# 1. V. Michal: *Fine-Tuning and Transfer Learning*, DLE Homework 3, a report on the [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start)
#    of the course BEV033DLE, Czech Technical University in Prague. The course calls it *the homework*.
# 2. D. Li, Y. Yang, Y.-Z. Song, T. M. Hospedales: *Deeper, Broader and Artier Domain Generalization*, 2017. [arXiv:1710.03077](https://arxiv.org/abs/1710.03077)
# 3. E. B. Wilson: *Probable Inference, the Law of Succession, and Statistical Inference*, 1927.
#    [doi:10.1080/01621459.1927.10502953](https://doi.org/10.1080/01621459.1927.10502953)
# 4. R. G. Newcombe: *Interval estimation for the difference between independent proportions: comparison of eleven methods*, Statistics in
#    Medicine 17, 873–890, 1998.
# 5. G. Alain, Y. Bengio: *Understanding intermediate layers using linear classifier probes*, 2016. [arXiv:1610.01644](https://arxiv.org/abs/1610.01644)
# 6. G. C. Cawley, N. L. C. Talbot: *On Over-fitting in Model Selection and Subsequent Selection Bias in Performance Evaluation*, 2010.
#    [JMLR 11](https://jmlr.org/papers/v11/cawley10a.html)
# 7. K. He, R. Girshick, P. Dollár: *Rethinking ImageNet Pre-training*, 2019. [arXiv:1811.08883](https://arxiv.org/abs/1811.08883)
