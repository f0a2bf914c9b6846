# %% [markdown]
# # 05 · Full fine-tuning
# **What is gained when every layer may move, and how fast may it move before it forgets what it knew?**
#
# Lesson 03 started from nothing, lesson 04 borrowed every filter and kept it. Now borrow *and* adapt: the same weights to start from, and every
# stage learns. This is Section V of the homework, *Full fine-tuning*.
#
# **You will** see how far the borrowed filters move, wash them out with a rate that is too high, and put the three strategies side by side, with
# intervals. **Time** 55 minutes. **Cost** about half a minute on a laptop: two short trainings; the finished runs of the grids come with the
# course, and `course study full --recompute` trains them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid in the mini world; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number

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
# You know two numbers: from scratch (lesson 03) and the last layer (lesson 04). **Commit to a guess** for full fine-tuning on the same images.

# %%
guess = Prediction("test accuracy of full fine-tuning, %", None)  # replace None by your guess, e.g. 50

# %% [markdown]
# ## Run
# The three strategies are one sentence with different words: where to start, and which stage moves at which rate.

# %% tags=["checked"]
from course_lib.training import STRATEGIES, make_recipe

for name in STRATEGIES:
    recipe = make_recipe(name, lr=0.01)
    rates = recipe.rates(("stem", "stage1", "stage2", "stage3", "stage4", "head"))
    print(f"{name:<11} start: {'borrowed' if recipe.start else 'random':<9} rates: {list(rates.values())}")

# %% [markdown]
# The three grids on the same splits, with the same seeds. Finished runs are taken from the ledger.

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
# What did the stages do with their freedom? Train once more, gently, and measure how far each stage moved from where it started.

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
    """How far each inner stage moved, relative to its size."""
    return analysis.stage_change(start, run.model.state_dict(), run.model.inner_stages)


# %% tags=["report"]
moved = {f"lr {run.recipe.lr:g}: {run.val_accuracy:.0%} of validation": change(run) for run in (gentle, harsh)}
title = f"A gentle rate moves the weights by {max(change(gentle).values()):.0%} at most, a harsh one replaces them"
show(figures.stage_drift(moved, title=title, log=True))

# %% [markdown]
# One run of each, a few epochs long: this shows how differently two rates treat the same start. Look at the first filters before and after.

# %%
from course_lib.models import first_convolution

borrowed = start_model(numbers.architecture, numbers.weights, splits.num_classes)
filters = {
    "borrowed": borrowed,
    f"tuned at {gentle.recipe.lr:g}": gentle.model,
    f"tuned at {harsh.recipe.lr:g}": harsh.model,
}
first_ones = first_convolution(borrowed).weight.detach()
for name, model in filters.items():
    weight = first_convolution(model).weight.detach()
    moved_by = 100 * float((weight - first_ones).norm() / first_ones.norm())
    title = f"First filters, {name}: " + (
        f"moved by {moved_by:.0f} % of their size" if moved_by else "the start of both"
    )
    show(figures.filter_grid(weight[:8], title=title, columns=8))

# %% [markdown]
# ## Break it
# The harsh rate above *is* the mistake. Fine-tuning is a bet that the start is worth something; a rate that is too high throws much of the start away in the
# first epochs. How does each rate do, with and without borrowed weights? `gain` is full fine-tuning minus from scratch in points of validation accuracy, with the 95 %
# interval of the seeds' differences.

# %%
grids = {name: analysis.select(runs[name], optimizer="adam") for name in ("scratch", "full")}
analysis.rate_gains(grids).set_index("lr")

# %% [markdown]
# What is the gain at the highest rate, and at the lowest? When fine-tuning "does not help", look at the rate first.
#
# ### Exercise 1 · two rates (10 minutes, ★★☆)
# The usual compromise: the new head, which knows nothing, learns fast; the borrowed stages move slowly. In PyTorch this is done by *parameter groups*. Write it.
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
# A *scheduler* may overwrite such rates without a word; that has happened in published code. Therefore the course's own loop records, for every epoch,
# the rate that each stage really had:

# %% tags=["checked"]
recipe = Recipe.full(lr=0.1, multipliers={"inner": 0.01}, optimizer="sgd", epochs=1)
run = fit(recipe, splits)
print({stage: round(rate, 6) for stage, rate in run.history[0].rates.items()})

# %% [markdown]
# ### Exercise 2 · a schedule that keeps the ratio (10 minutes, ★★☆)
# Rates often fall during training, for example along half a cosine: the whole rate at `progress` 0, half of it at 0.5, nothing at 1. Write a schedule under which the head
# stays a hundred times as fast as the stages, if it was so at the start. Hint: each group falls from its *own* first rate, by the factor (1 + cos(π · progress)) / 2.


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
# Between the last layer and everything there is room: each stage can have a rate of its own, or none. Move the sliders, from the head downwards. What do you train,
# and what does a step cost? The work is counted, not timed: multiplications and additions of convolutions and matrix products, forward and backward. A frozen
# stage above one that moves still has to pass the gradient on; frozen stages at the beginning cost their forward pass only, and that can be kept for all epochs.
# Nothing is trained here: accuracies are those of finished runs, where there are some. (The sliders need a running kernel.)

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
# **What does it get wrong?** Fig. 28 of the homework shows test images that were taken for something else. Which ones does one show? A rule, so that nobody picks the funny
# ones: of each true class the mistake that the network was surest of, and of these the three surest. Here those of the gentle
# training above; nothing is chosen by it.

# %% tags=["report"]
from course_lib.training import predict_probabilities

test = splits.test.open()
probabilities = predict_probabilities(gentle.model, test, gentle.mean, gentle.std)  # (N, classes)
worst = analysis.worst_mistakes(test.labels, probabilities)[0]
true, taken = (splits.class_names[row] for row in (test.labels[worst], probabilities[worst].argmax()))
title = f"{true.capitalize()} taken for {taken}, and {probabilities[worst].max():.0%} sure of it"
show(figures.misclassified(test.images, test.labels, probabilities, splits.class_names, title=title, count=3))

# %% [markdown]
# All the others: choose a class, and how sure the network was at least. (The sliders need a running kernel.)

# %%
mistakes = (test.labels, probabilities, splits.class_names)
figures.explorers.explore(
    partial(figures.explorers.mistake_gallery, test.images, *mistakes),
    **figures.explorers.mistake_controls(*mistakes),
    stored=False,
)

# %% [markdown]
# Printed, of the homework's fully tuned network:

# %%
pd.DataFrame(homework.printed_mistakes("full")).set_index("figure")

# %% [markdown]
# And the three strategies together: printed (Tables II–IV, hollow) and measured (filled). Every interval is a 95 % interval. The title takes of each strategy the
# optimiser with the higher validation accuracy.
#
# The mini world was calibrated until this order appeared: from scratch < last layer < full. `data/README.md` shows what else was tried, with other orders; the real
# cartoons are the test.

# %% tags=["report"]
show(strategies(runs))

# %% [markdown]
# How did each of these runs learn, at which rate? Now that you have met all three strategies (with a running kernel):

# %%
begin = {"strategy": "full", "optimizer": best["optimizer"], "lr": best_lr["full"]}
figures.explorers.explore(
    partial(figures.explorers.rate_curves, runs, names=homework.STRATEGY_NAMES, **begin),
    **figures.explorers.rate_controls(runs),
    stored=False,
)

# %% [markdown]
# The same 236 test images were shown to all three, so compare *image by image*: how many does one strategy get right that the other gets wrong?
# That is far sharper than comparing two intervals. The interval says what other test images would change for the mean of these seeds. The p-value is McNemar's, of
# *one* seed alone, the least certain one: it may be large beside an interval that leaves out zero.

# %% tags=["report"]
analysis.paired_table({name: analysis.select(found, optimizer="adam") for name, found in runs.items()})

# %% [markdown]
# ### What the homework claims
# Its sentences about full fine-tuning, each as a test over the finished runs: *reproduced* when the 95 % interval of the effect lies
# wholly inside what was claimed, *contradicted* when it lies wholly outside, *undecided* otherwise. `course claims` judges them all. An interval of accuracies
# covers both other seeds and other test images, so it is wider than the one above; *calibrated* marks the order that the mini world was made to show.

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
# - The rate decides how much you keep of what you borrowed. Too high, and much of the gain is gone.
# - Compare strategies on the same images, over several seeds, and say how sure you are: a difference of one test image is 0.4 points.
