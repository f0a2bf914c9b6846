# %% [markdown]
# # 05 · Full fine-tuning
# **What is gained when every layer may move, and how fast may it move before it forgets what it knew?**
#
# Lesson 03 started from random weights; lesson 04 borrowed every filter and kept it. Now borrow *and* adapt: start from the same weights, and let every stage
# learn. This is Section V of the homework, *Full fine-tuning*.
#
# **You will** see how far and in which direction the borrowed filters move, measure what each rate leaves of the former task, and put the three strategies
# side by side, with intervals. **Time** 55 minutes. **Cost** about half a minute on a laptop: two short trainings; the finished runs of the grids come with the
# course, and `course study full --recompute` trains them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid in the mini world; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import math

import pandas as pd
import torch

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.data import DataSpec, prepare
from course_lib.figures.homework import strategies
from course_lib.figures.style import optimizer_name
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_table
from course_lib.teaching.checks.homework import check_anneal, check_two_rates

numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# You know two accuracies: from scratch (lesson 03) and the last layer (lesson 04). **Commit to a guess** for full fine-tuning on the same images.

# %%
guess = Prediction(
    "test accuracy of full fine-tuning, %",
    None,  # replace None by a number, e.g. 50, or by a range, e.g. (40, 60)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# The three strategies differ in two settings only: which weights training starts from, and at which rate each stage moves.

# %% tags=["checked"]
from course_lib.training import STRATEGIES, make_recipe

for name in STRATEGIES:
    recipe = make_recipe(name, lr=0.01)
    rates = recipe.rates(("stem", "stage1", "stage2", "stage3", "stage4", "head"))
    print(f"{name:<11} start: {'borrowed' if recipe.start else 'random':<9} rates: {list(rates.values())}")

# %% [markdown]
# The three grids use the same splits and the same seeds. Finished runs are taken from the ledger.

# %%
splits = prepare(DataSpec(source=data, size=numbers.size))
runs = {name: run_study(name, profile, data, seeds) for name in STRATEGIES}
records = runs["full"]
table = analysis.best_table(records)
best = table.loc[table["val %"].idxmax()]

# %% [markdown]
# Figures 13–15 of the homework. Compare with lesson 03: the same network, the same images, the same rates; only the weights at the start differ.

# %% tags=["report"]
best_lr, first = {}, {}  # of each strategy: its best rate, and the accuracy there after one epoch
for name in ("full", "scratch"):
    found = analysis.select(runs[name], optimizer=best["optimizer"])
    best_lr[name] = analysis.best_rate(found)
    found = analysis.select(found, lr=best_lr[name])
    first[name] = 100 * sum(run["history"][0]["val_accuracy"] for run in found) / len(found)
title = f"Full fine-tuning at its best rate: {first['full']:.0f} % of the validation images after one epoch "
title += (
    f"(from scratch {first['scratch']:.0f} %), {best['val %']:.0f} % at best, with {optimizer_name(best['optimizer'])}"
)
show(figures.training_curves(records, title=title))

# %%
guess.compare(best["test %"])

# %% [markdown]
# ## Explain
# How far do the stages move from where they started? Train once at a gentle rate and once at a harsh one, and measure it.

# %%
from course_lib.models import start_model
from course_lib.training import Recipe, fit

settings = {
    "architecture": numbers.architecture,
    "start": numbers.weights,
    "epochs": min(numbers.epochs, 5),
    "optimizer": "adam",
}
start = start_model(numbers.architecture, numbers.weights, splits.num_classes).state_dict()
gentle = fit(Recipe.full(lr=0.0003, **settings), splits)
harsh = fit(Recipe.full(lr=0.03, **settings), splits)


def change(run):
    """Norm of the change of each inner stage, relative to the norm of its weights at the start."""
    return analysis.stage_change(start, run.model.state_dict(), run.model.inner_stages)


# %% [markdown]
# A change of more than 100 % looks as if nothing were left. But a *length* can mislead: under BatchNorm, a kernel that is twice as long computes the same
# function, since its outputs are divided by their own deviation. What counts is the *direction*. The cosine between old and new weights is 1 if they point the
# same way, and about 0 if they have nothing in common. `growth` is the new length, divided by the old one.

# %% tags=["report"]
columns = {}
for run in (gentle, harsh):
    turns = analysis.stage_turn(start, run.model.state_dict(), run.model.inner_stages)
    changes = change(run)
    columns |= {
        (f"lr {run.recipe.lr:g}", "change, %"): {stage: round(100 * changes[stage], 1) for stage in turns},
        (f"lr {run.recipe.lr:g}", "cosine"): {stage: round(cosine, 2) for stage, (cosine, _) in turns.items()},
        (f"lr {run.recipe.lr:g}", "growth"): {stage: round(growth, 2) for stage, (_, growth) in turns.items()},
    }
pd.DataFrame(columns)

# %% [markdown]
# So the harsh rate makes the kernels longer *and* turns them, yet not to a right angle: something of the old direction is left. These are single runs, a few
# epochs long. Look at the first filters before and after.

# %%
from course_lib.models import first_convolution

borrowed = start_model(numbers.architecture, numbers.weights, splits.num_classes)
filters = {"borrowed": borrowed, f"tuned at {harsh.recipe.lr:g}": harsh.model}
first_ones = first_convolution(borrowed).weight.detach()
for name, model in filters.items():
    weight = first_convolution(model).weight.detach()
    moved_by = 100 * float((weight - first_ones).norm() / first_ones.norm())
    title = f"First filters, {name}: " + (
        f"moved by {moved_by:.0f} % of their size" if moved_by else "the start of both"
    )
    show(figures.filter_grid(weight[:6], title=title, columns=6))

# %% [markdown]
# ## Break it
# How fast may a network move before it *forgets*? That can be measured: put the old head back onto the tuned network and score the **former task**, the
# categories that it was pretrained on, with new pictures of each. The study `forgetting` does this after five epochs of full fine-tuning with Adam at each of
# seven rates. Two controls come with it. At the rate 0.000001 the weights practically stay: only BatchNorm's running statistics move on to the new images. And
# every network is scored a second time, with running statistics recomputed on pictures of the former task: then only the weights count.

# %%
forgetting = run_study("forgetting", profile, data, seeds)
scores = homework.task_scores(forgetting)
best_rate = max(scores["new task"], key=lambda lr: scores["new task"][lr].estimate)
for name, found in scores.items():
    print(f"{name:<32} at {best_rate:g}: {found[best_rate]}")

# %% tags=["report"]
title = f"The rate best for the new task, {best_rate:g}: " + ", ".join(
    f"{name} {found[best_rate].estimate:.0%}" for name, found in scores.items() if "as it is" not in name
)
axes = {"xlabel": "learning rate of Adam, five epochs", "ylabel": "test accuracy (%)"}
show(figures.accuracy_by_amount(scores, title=title, note="mean over seeds, 95 % t-interval", **axes))

# %% [markdown]
# Read the curves from the left. Where nothing is learned, the former task has lost already if it is scored as the network *is*: by the running statistics
# alone, which can be computed anew. The other curve shows what the weights lose, rate by rate. The rate that is best for the new task does not keep the old
# one: fine-tuning asks for a good start, not for a good memory. At the highest rates both tasks lose. Compare with the table above: at 0.0003 the weights have
# hardly turned, and still the former task has lost a part of its images. A small turn of every layer is no small change of the function.
#
# What is a good start worth at each rate? `gain` is the validation accuracy of full fine-tuning minus that of training from scratch *at the same rate*, in
# points, with the 95 % interval of the seeds' differences.

# %%
grids = {name: analysis.select(runs[name], optimizer="adam") for name in ("scratch", "full")}
analysis.rate_gains(grids).set_index("lr")

# %% [markdown]
# At the lowest rates the gain is large because training from scratch has hardly begun there, and not because borrowed weights are worth so much: compare each
# strategy at *its own* best rate (the figure of the three strategies below). When fine-tuning "does not help", check the rate first.
#
# ### Exercise 1 · two rates (10 minutes, ★★☆)
# The usual compromise: the new head, which knows nothing, learns fast; the borrowed stages move slowly. In PyTorch this is done by *parameter groups*. Write
# `two_rates`.
# Hint: `model.head.parameters()` and `model.stages.parameters()`.


# %% tags=["exercise"]
def two_rates(model, inner, head):
    """SGD that moves the head at rate `head` and all other stages at rate `inner`."""
    # solution
    groups = [{"params": model.stages.parameters(), "lr": inner}, {"params": model.head.parameters(), "lr": head}]
    return torch.optim.SGD(groups, lr=head)
    # end solution


# %% tags=["checked"]
passed = check_two_rates(two_rates, borrowed)

# %% [markdown]
# A *scheduler* may overwrite such rates without warning; that has happened in published code. Therefore the course's own loop records, for every epoch, the
# rate that each stage really had:

# %% tags=["checked"]
recipe = Recipe.full(lr=0.1, multipliers={"inner": 0.01}, optimizer="sgd", epochs=1)
run = fit(recipe, splits)
print({stage: round(rate, 6) for stage, rate in run.history[0].rates.items()})

# %% [markdown]
# ### Exercise 2 · a schedule that keeps the ratio (10 minutes, ★★☆)
# Rates often fall during training, for example along half a cosine: the whole rate at `progress` 0, half of it at 0.5, nothing at 1. Write a schedule that
# keeps the ratio of the rates: if the head starts a hundred times as fast as the stages, it stays so. Hint: each group falls from its *own* first rate, by
# the factor (1 + cos(π · progress)) / 2.


# %% tags=["exercise"]
def anneal(optimizer, first_rates, progress):
    """Set group["lr"] of each group; `first_rates` has one rate a group, progress goes from 0 to 1."""
    # solution
    for group, first in zip(optimizer.param_groups, first_rates, strict=True):
        group["lr"] = first * (1 + math.cos(math.pi * progress)) / 2
    # end solution


# %% tags=["checked"]
passed = check_anneal(anneal)

# %% [markdown]
# There is much between training the last layer and training everything: each stage can have a rate of its own, or be frozen. Move the sliders, from the head
# downwards. Which stages do you train, and what does a step cost? The work is counted, not timed: multiplications and additions of convolutions and matrix
# products, forward and backward. A frozen stage above a stage that is trained still has to pass the gradient on. Frozen stages at the beginning cost only
# their forward pass, and its outputs can be kept for all epochs. Nothing is trained here: the accuracies are those of finished runs, where there are some.
# (The sliders need a running kernel.)

# %%
from functools import partial

from course_lib.models import stage_work

work, finished = stage_work(borrowed, numbers.size), runs["last_layer"] + runs["full"]
figures.explorers.explore(
    partial(figures.explorers.freeze_depth, work, finished), **figures.explorers.depth_controls(work, finished)
)

# %% [markdown]
# ## Printed and measured
# Table IV of the homework beside our runs.

# %% tags=["report"]
homework.printed_and_measured("full", records).set_index("optimizer").T

# %% tags=["report"]
analysis.best_table(records).set_index("optimizer").T

# %% [markdown]
# **What does it get wrong?** Fig. 28 of the homework shows test images that the network gave a wrong class. Which of its mistakes should a figure show? A
# fixed rule decides, so that nobody picks the funny ones: take the mistake with the highest confidence of each true class, and of these the three with the
# highest confidence. Here are those of the gentle training above; nothing is chosen by them.

# %% tags=["report"]
from course_lib.training import predict_probabilities

test = splits.test.open()
probabilities = predict_probabilities(gentle.model, test, gentle.mean, gentle.std)  # (N, classes)
worst = analysis.worst_mistakes(test.labels, probabilities)[0]
true, taken = (splits.class_names[row] for row in (test.labels[worst], probabilities[worst].argmax()))
title = f"{true.capitalize()} taken for {taken}, and {probabilities[worst].max():.0%} sure of it"
show(figures.misclassified(test.images, test.labels, probabilities, splits.class_names, title=title, count=3))

# %% [markdown]
# Here you can see all other mistakes: choose a class and the lowest confidence to show. (The sliders need a running kernel.)

# %%
mistakes = (test.labels, probabilities, splits.class_names)
figures.explorers.explore(
    partial(figures.explorers.mistake_gallery, test.images, *mistakes),
    **figures.explorers.mistake_controls(*mistakes),
    stored=False,
)

# %% [markdown]
# These are the mistakes that the homework prints of its fully tuned network:

# %%
pd.DataFrame(homework.printed_mistakes("full")).set_index("figure")

# %% [markdown]
# Here are the three strategies together: printed (Tables II–IV, hollow) and measured (filled). Every interval is a 95 % interval. The title takes each
# strategy with the optimiser that has the higher validation accuracy.
#
# The mini world was calibrated until this order appeared: from scratch < last layer < full. `data/README.md` shows the other settings that were tried, and
# their orders. Only the real cartoons test this order.

# %% tags=["report"]
show(strategies(runs))

# %% [markdown]
# You have now met all three strategies. See how each of these runs learned, rate by rate (with a running kernel):

# %%
begin = {"strategy": "full", "optimizer": best["optimizer"], "lr": best_lr["full"]}
figures.explorers.explore(
    partial(figures.explorers.rate_curves, runs, names=homework.STRATEGY_NAMES, **begin),
    **figures.explorers.rate_controls(runs),
    stored=False,
)

# %% [markdown]
# All three strategies were tested on the same 236 images, so compare them *image by image*: how many images does one strategy get right that the other gets
# wrong? That is far more precise than comparing two intervals. The interval says how much the difference, as a mean over these seeds, would change with other
# test images. The p-value is McNemar's, of *one* seed alone: the seed with the largest p-value. One seed decides less than the mean of all seeds, so its
# p-value may be large although the interval leaves out zero.

# %% tags=["report"]
analysis.paired_table({name: analysis.select(found, optimizer="adam") for name, found in runs.items()})

# %% [markdown]
# ### What the homework claims
# Here are its sentences about full fine-tuning, each tested on the finished runs. A claim is *reproduced* when the 95 % interval of the effect lies wholly
# inside the range under *claimed*, *contradicted* when it lies wholly outside, and *undecided* otherwise. `course claims` judges all claims. An interval of
# accuracies covers both other seeds and other test images, so it is wider than the interval above. *Calibrated* marks the order that the mini world was made
# to show.

# %% tags=["report"]
chosen_claims = [
    "full-is-best",
    "full-gain",
    "full-head-start",
    "full-few-epochs",
    "full-zero-loss",
    "rates-sgd-high-adam-low",
    "optimizers-comparable-full",
]
show_table(analysis.claims_table(ids=chosen_claims, profile=profile, data=data, seeds=seeds))

# %% [markdown]
# ## Remember
# - Full fine-tuning has both: filters that already work, and the freedom to change those that do not.
# - The rate decides how much of the former task is left. Measure it with the old head; weights and running statistics are lost separately.
# - Compare strategies on the same images, over several seeds, and say how sure you are: a difference of one test image is 0.4 points.
