# %% [markdown]
# # 05 · Full fine-tuning
# **What is gained when every layer may move, and how fast may it move before it forgets what it knew?**
#
# Lesson 03 started from random weights; lesson 04 borrowed every filter and kept it. Now borrow *and* adapt: start from the same weights, and let every stage
# learn. This repeats Section V, *Full fine-tuning*, of *the homework*: the report [1] of a student who
# fine-tuned a ResNet-18 to the cartoons of PACS [2]. Numbers in brackets refer to the list at the end.
#
# **You will** see how far and in which direction the borrowed filters move, measure what each rate leaves of the former task, and put the three strategies
# side by side, with intervals. **Time** 45 minutes; the optional part *Further* takes another 40. **Cost** less than a minute on a laptop: a few short
# trainings. The finished runs of the grids come with the course; `course study full --recompute` trains them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid; "paper": real data, GPU
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
from course_lib.figures.homework import full, mistakes, strategies
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_claims, show_text
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
from course_lib.training import make_recipe

names = ("scratch", "last_layer", "full")
for name in names:
    recipe = make_recipe(name, lr=0.01)
    rates = recipe.rates(("stem", "stage1", "stage2", "stage3", "stage4", "head"))
    start = "borrowed" if recipe.start else "random"
    print(f"{name:<11} start: {start:<9} rates: {list(rates.values())}")

# %% [markdown]
# The three grids use the same splits and the same seeds. Finished runs are loaded, not repeated.

# %%
splits = prepare(DataSpec(source=data, size=numbers.size))
runs = {name: run_study(name, profile, data, seeds) for name in names}
records = runs["full"]
table = analysis.best_table(records)
best = table.loc[table["val %"].idxmax()]

# %% [markdown]
# Figures 13–15 of the homework. Compare with lesson 03: the same network, the same images, the same rates; only the weights at the start differ.

# %% tags=["report"]
show(full.learning(runs), colors=16)

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
borrowed = start_model(numbers.architecture, numbers.weights, splits.num_classes)
gentle = fit(Recipe.full(lr=0.0003, **settings), splits)
harsh = fit(Recipe.full(lr=0.03, **settings), splits)

# %% [markdown]
# The table shows three numbers for each stage. `change` is the length of the difference between new and old weights, relative to the length of the old
# ones. Above 100 %, nothing of the old weights seems to be left. But a length can mislead: BatchNorm [8] divides the outputs of a kernel by their own
# deviation, so a kernel that is twice as long computes the same. What counts is the *direction*. `cosine` is 1 if old and new weights point the same way,
# and about 0 if they have nothing in common. `growth` is the new length, divided by the old one.

# %% tags=["report"]
trained = {f"lr {run.recipe.lr:g}": run.model.state_dict() for run in (gentle, harsh)}
analysis.turn_table(borrowed.state_dict(), trained, borrowed.inner_stages)

# %% [markdown]
# Read the column `cosine`. In the stored copy of this lesson, the harsh rate turns the kernels by more than 45° but less than 90°: something of the old
# direction is left. These are single runs, a few epochs long. Here are the first filters before and after.

# %%
from course_lib.models import first_convolution

first = first_convolution(borrowed).weight.detach()
after = first_convolution(harsh.model).weight.detach()
show(full.first_filters(first, first, "borrowed"), colors=48)
show(full.first_filters(after, first, f"tuned at {harsh.recipe.lr:g}"), colors=48)

# %% [markdown]
# ## Break it
# How fast may a network move before it *forgets* [4]? That can be measured: put the old head back onto the tuned network and score it on the **former
# task**: new pictures of the categories that it was pretrained on. The study `forgetting` does this after five epochs of full fine-tuning with Adam at
# each of seven rates.
#
# Two controls come with it. At the rate 0.000001 the weights hardly change, so only BatchNorm's running statistics adapt to the new images. And every
# network is scored a second time, with running statistics recomputed on pictures of the former task, so that only the weights count.

# %%
forgetting = run_study("forgetting", profile, data, seeds)
scores = homework.task_scores(forgetting)
best_rate = max(scores["new task"], key=lambda lr: scores["new task"][lr].estimate)
for name, found in scores.items():
    show_text(f"{name:<32} at {best_rate:g}: {found[best_rate]}")

# %% tags=["report"]
show(full.forgetting(scores), colors=32)

# %% [markdown]
# Read the curves from the left. At the lowest rate the weights have learned nothing, yet *former task, as it is* is below the other curve of this task:
# this loss comes from the running statistics, and recomputing them undoes it. *Former task, its own statistics* shows what the weights lose, rate by rate.
# Does the rate that is best for the new task keep the former one? And at the highest rates, which task loses?
#
# Compare with the table above: at 0.0003 the kernels have hardly turned, and still the network recognises fewer pictures of the former task. Perhaps small
# changes of all layers add up, also those of BatchNorm's factors and offsets; which matter most was not measured.
#
# What is a good start [3] worth at each rate? `gain` is the validation accuracy of full fine-tuning minus that of training from scratch *at the same rate*, in
# points. `low` and `high` are the ends of its 95 % [interval over the seeds](../statistics.md#t-interval-over-seeds).

# %%
grids = {
    name: analysis.select(runs[name], optimizer="adam") for name in ("scratch", "full")
}
analysis.rate_gains(grids).set_index("lr")

# %% [markdown]
# At the lowest rates, training from scratch is far from finished. So the gain is large there, but it does not say what borrowed weights are worth. For
# that, compare each strategy at *its own* best rate: see the figure of the three strategies below. When fine-tuning "does not help", check the rate first.
#
# ### Exercise 1 · two rates (10 minutes, ★★☆)
# A usual compromise: the new head, which knows nothing, learns fast; the borrowed stages move slowly. In PyTorch this is done by *parameter groups*. Write
# `two_rates`.
# Hint: print `borrowed` and look for the names of its two parts. The documentation of `torch.optim` shows how to give each part options of its own.


# %% tags=["exercise"]
def two_rates(model, inner, head):
    """SGD that moves the head at rate `head` and all other stages at rate `inner`."""
    # solution
    slow = {"params": model.stages.parameters(), "lr": inner}
    fast = {"params": model.head.parameters(), "lr": head}
    return torch.optim.SGD([slow, fast], lr=head)
    # end solution


# %% tags=["checked"]
passed = check_two_rates(two_rates, borrowed)

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
# highest confidence. The network is that of the gentle training above.

# %% tags=["report"]
from course_lib.training import predict_probabilities

test = splits.test.open()
statistics = (gentle.mean, gentle.std)
probabilities = predict_probabilities(gentle.model, test, *statistics)  # (N, classes)
show(mistakes.worst(test, probabilities, splits.class_names), colors=48)

# %% [markdown]
# These are the mistakes that the homework prints of its fully tuned network:

# %%
pd.DataFrame(homework.printed_mistakes("full")).set_index("figure")

# %% [markdown]
# ### Why this class?
# A *heat map* shows which places of an image speak for a class. Grad-CAM [9] takes the maps of the last stage, weighs each by how much the class's logit would
# grow with it (the mean gradient), adds them up, and sets negative sums to 0. Here are the mistakes from above, and of the same true classes the image that was
# named rightly with the highest confidence. Each map is of the class that the network chose.

# %% tags=["report"]
from course_lib.models import class_heat_maps, occlusion_maps
from course_lib.training import normalise

x = normalise(test.images, *statistics)
taken = probabilities.argmax(dim=1)
heat = class_heat_maps(gentle.model, x, taken)  # (N, rows, columns), from 0 to 1
show(mistakes.reasons(test, heat, probabilities, splits.class_names), colors=32)

# %% [markdown]
# The cells are large: the last stage of this small network has no more places. A large network has 7 × 7 at 224 pixels, and programs draw them
# smoothed, so that they look finer than they are. And a heat map does not prove a cause: it shows where the last stage was active in a way that raises the
# logit, and each of its places depends on more pixels than those of its cell. So test it: cover one cell after the other with the mean colour (*occlusion*, [10]), on all test images. If the
# heat map is right, covering the hottest cell lowers the probability of the class more than covering another one.

# %% tags=["report"]
falls = occlusion_maps(gentle.model, x, taken, heat.shape[1:]).flatten(1)  # (N, cells)
warm = heat.amax(dim=(1, 2)) > 0  # some place speaks for the class
hottest = falls.gather(1, heat.flatten(1).argmax(dim=1)[:, None])[:, 0]
others = (falls.sum(dim=1) - hottest) / (falls.shape[1] - 1)  # mean of all other cells
lost = {
    "the hottest cell": hottest,
    "another cell": others,
    "difference": hottest - others,
}
for cell, values in lost.items():
    found = analysis.bootstrap_interval(values[warm].tolist())
    show_text(f"{cell:<16} takes from the probability of the class: {found}")
print(f"images without any warm cell, left out: {int((~warm).sum())} of {len(warm)}")

# %% [markdown]
# If the interval of the difference contains 0, this test cannot tell the hottest cell from any other: then the heat map of so few cells is a picture, and no evidence.
# The argument `stage="stage2"` of `class_heat_maps` gives a finer map, of a stage that knows less about classes.

# %% [markdown]
# Here are the three strategies together: printed (Tables II–IV, hollow) and measured (filled). The two kinds of interval differ. A printed accuracy is one
# run; its dotted interval says how much it could change with *other test images*. A measured one is a mean over seeds; its solid interval says how much it
# could change by *training again*. The title takes each strategy with the optimiser that has the higher validation accuracy.
#
# This order was not found but made: the mini world was adjusted until it showed from scratch < last layer < full. `data/README.md` lists the other settings
# that were tried, and their orders. Only real cartoons test the order.

# %% tags=["report"]
show(strategies(runs), colors=32)

# %% [markdown]
# All three strategies were tested on the same images, so compare them [*image by image*](../statistics.md#paired-difference): how many images does one
# strategy get right that the other gets wrong? That is far more precise than comparing two intervals. `low` and `high` say how much the mean difference of
# these seeds would change with other test images. The p-value is [McNemar's](../statistics.md#mcnemars-test) [5] for a single seed, the one with the
# largest p-value. A single seed is less precise than the mean of all. So a p-value above 0.05 does not contradict an interval that lies above zero.

# %% tags=["report"]
analysis.paired_table(
    {name: analysis.select(found, optimizer="adam") for name, found in runs.items()}
)

# %% [markdown]
# ### What the homework claims
# Here the homework's claims about full fine-tuning are tested on finished runs. A claim is [*reproduced*](../statistics.md#verdict) when the 95 %
# interval of the effect lies wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and *undecided* otherwise, or when a
# best rate is at the edge of its grid: then a rate that nobody tried may be better. `course claims` judges all claims. An interval of accuracies covers
# both other seeds and other test images, so it is wider than the interval above. *Calibrated* marks the order that the mini world was made to show.

# %% tags=["report"]
chosen = [
    "full-is-best",
    "full-gain",
    "full-head-start",
    "full-few-epochs",
    "full-zero-loss",
    "rates-sgd-high-adam-low",
    "optimizers-comparable-full",
]
show_claims(chosen, profile=profile, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - Full fine-tuning has both: filters that already work, and the freedom to change those that do not.
# - The rate decides how much of the former task is left. Measure it with the old head. Changed weights and changed statistics each cost accuracy.
# - Compare strategies on the same images, over several seeds, and say how sure you are: one test image of 236 is 0.4 points.
#
# ## Further
# Four optional parts: a schedule for two rates (10 minutes), all other mistakes and curves with sliders (5 minutes), which stages to train (5 minutes), and an
# experiment of your own (20 minutes).
#
# ### A schedule for two rates
# A *scheduler* may overwrite the rates of parameter groups without warning. It happened in the published code of MultiTune [7]: the groups are made
# with two rates, and the schedule then sets one rate for all of them. Therefore the course's own loop records the rate that each stage really had:

# %% tags=["checked"]
recipe = Recipe.full(lr=0.1, multipliers={"inner": 0.01}, optimizer="sgd", epochs=1)
run = fit(recipe, splits)
print({stage: round(rate, 6) for stage, rate in run.history[0].rates.items()})

# %% [markdown]
# ### Exercise 2 · a schedule that keeps the ratio (10 minutes, ★★☆)
# Rates often fall during training, for example along half a cosine [6]: the whole rate at `progress` 0, half of it at 0.5, nothing at 1. Write a
# schedule that keeps the ratio of the rates: if the head starts a hundred times as fast as the stages, it stays so.
# Hint: cos(x) falls from 1 to −1 while x goes from 0 to π. Move and stretch that curve until it falls from 1 to 0. Which rate does each group fall from?


# %% tags=["exercise"]
def anneal(optimizer, first_rates, progress):
    """Set group["lr"] of each group; `first_rates`: one rate for each, progress 0 to 1."""
    # solution
    for group, first in zip(optimizer.param_groups, first_rates, strict=True):
        group["lr"] = first * (1 + math.cos(math.pi * progress)) / 2
    # end solution


# %% tags=["checked"]
passed = check_anneal(anneal)

# %% [markdown]
# ### All other mistakes, all other curves
# Choose a class and the lowest confidence to show. (All sliders here need a running kernel.)

# %%
from functools import partial

shown = (test.labels, probabilities, splits.class_names)
figures.explorers.explore(
    partial(figures.explorers.mistake_gallery, test.images, *shown),
    **figures.explorers.mistake_controls(*shown),
    stored=False,
)

# %% [markdown]
# See how the runs of all three strategies learned, rate by rate:

# %%
lr = analysis.best_rate(analysis.select(records, optimizer=best["optimizer"]))
begin = {"strategy": "full", "optimizer": best["optimizer"], "lr": lr}
figures.explorers.explore(
    partial(figures.explorers.rate_curves, runs, names=homework.STRATEGY_NAMES, **begin),
    **figures.explorers.rate_controls(runs),
    stored=False,
)

# %% [markdown]
# ### Which stages to train
# There is much between training the last layer and training everything: each stage can have a rate of its own, or be frozen. Move the sliders, from the
# head downwards. What does a training step cost? The work is counted, not timed: multiplications and additions of convolutions and matrix products,
# forward and backward. A frozen stage costs less. But if an earlier stage is trained, the frozen one must pass the gradient on. Frozen stages at the
# beginning cost only their forward pass, and its outputs can be kept for all epochs. Nothing is trained here: the accuracies are those of finished runs,
# where there are some.

# %%
from course_lib.models import stage_work

work, finished = stage_work(borrowed, numbers.size), runs["last_layer"] + runs["full"]
figures.explorers.explore(
    partial(figures.explorers.freeze_depth, work, finished),
    **figures.explorers.depth_controls(work, finished),
)

# %% [markdown]
# ### Your own experiment: a recipe in 60 seconds (20 minutes)
# How would *you* divide the rates among the stages? Choose a recipe that may move, slow down or freeze any stage, and one to compare it with. Both train for
# at most 60 seconds together. **First write down one claim**, e.g. "With 189 images, freezing the stem costs less than two points." Then run the cell, and
# judge your claim by the difference and its intervals.
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

few = prepare(DataSpec(source=data, size=numbers.size, few_shot=True))
common = {"architecture": numbers.architecture, "start": numbers.weights, "epochs": 2}
recipes = {  # change these two
    "stem frozen": Recipe.full(lr=0.001, multipliers={"stem": 0}, **common),
    "all stages": Recipe.full(lr=0.001, **common),
}
compare_recipes(recipes, few, seeds=3)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: with 189 drawings and two epochs of Adam at 0.001, freezing the stem changes the test accuracy by less than two points. The
# recipes differ in the stem's rate only. I ran the cell once, with three seeds. If both intervals, over the test images and over the seeds, lie between −2
# and 2, the claim is supported. In my run the interval over seeds reaches beyond 2 points: the claim is undecided, three seeds are too few for so small an
# effect. I tried no other recipe."
#
# *A flawed one (0 of 5).* "Freezing the stem is better: it reached the higher test accuracy. I tried five variants, and this one was the best. It also had
# a larger rate, since that works better." The recipes differ in two things; the variant was chosen by the test accuracy; and one accuracy above another,
# with no interval, is no finding. The number tried is given, but the test accuracies chose: no point.

# %% [markdown]
# ## References
# 1. V. Michal: *Fine-Tuning and Transfer Learning*, DLE Homework 3, a report on the [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start)
#    of the course BEV033DLE, Czech Technical University in Prague. The course calls it *the homework*.
# 2. D. Li, Y. Yang, Y.-Z. Song, T. M. Hospedales: *Deeper, Broader and Artier Domain Generalization*, 2017. [arXiv:1710.03077](https://arxiv.org/abs/1710.03077)
# 3. J. Yosinski, J. Clune, Y. Bengio, H. Lipson: *How transferable are features in deep neural networks?*, 2014. [arXiv:1411.1792](https://arxiv.org/abs/1411.1792)
# 4. M. McCloskey, N. J. Cohen: *Catastrophic Interference in Connectionist Networks: The Sequential Learning Problem*, 1989.
#    [doi:10.1016/S0079-7421(08)60536-8](https://doi.org/10.1016/S0079-7421(08)60536-8)
# 5. Q. McNemar: *Note on the sampling error of the difference between correlated proportions or percentages*, 1947.
#    [doi:10.1007/BF02295996](https://doi.org/10.1007/BF02295996)
# 6. I. Loshchilov, F. Hutter: *SGDR: Stochastic Gradient Descent with Warm Restarts*, 2017. [arXiv:1608.03983](https://arxiv.org/abs/1608.03983)
# 7. Y. Wang, J. Plested, T. Gedeon: *MultiTune: Adaptive Integration of Multiple Fine-Tuning Models for Image Classification*, 2020.
#    [Its code](https://github.com/YuWang24/MultiTune)
# 8. S. Ioffe, C. Szegedy: *Batch Normalization*, 2015. [arXiv:1502.03167](https://arxiv.org/abs/1502.03167)
# 9. R. R. Selvaraju et al.: *Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization*, 2017. [arXiv:1610.02391](https://arxiv.org/abs/1610.02391)
# 10. M. D. Zeiler, R. Fergus: *Visualizing and Understanding Convolutional Networks*, 2014. [arXiv:1311.2901](https://arxiv.org/abs/1311.2901)
