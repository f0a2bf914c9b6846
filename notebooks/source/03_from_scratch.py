# %% [markdown]
# # 03 · From scratch
# **How far do you get with random weights and 1687 drawings?**
#
# You train a ResNet-18 [2] with random weights on 1687 cartoons, in 50 passes over them (in the mini world, with a quarter of the channels). This is
# Section III of the homework [1], *Training from scratch*. Later lessons use its accuracy as their baseline. Numbers in brackets refer to the list at
# the end.
#
# **You will** train with five learning rates and two optimisers, see a network learn its training images by heart, break validation by omitting one line,
# and compare with Table II. **Time** 45 minutes. **Cost** seconds on a laptop, since the finished runs of the grid come with the course; `course study
# scratch --recompute` trains them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import numpy as np
import pandas as pd
import torch
from torch import nn

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.data import DataSpec, prepare
from course_lib.figures.homework import mistakes
from course_lib.figures.homework import scratch as lesson_figures
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_claims
from course_lib.teaching.checks.homework import (
    check_accuracy,
    check_choice,
    check_divergence,
)

torch.manual_seed(0)  # the same random numbers in each run
numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# There are seven classes, so a random guess is right 1 time in 7. The test images come from the same seven classes, but the network has never seen
# them. **Commit to a guess** of the test accuracy after training from random weights, with the rate and the optimiser of the highest validation accuracy.

# %%
guess = Prediction(
    "test accuracy from scratch, %",
    None,  # replace None by a number, e.g. 50, or by a range, e.g. (40, 60)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# First the images. The homework puts the last tenth of each class (by file name) into the test part, and splits the rest 80 : 20 into training and
# validation.

# %%
splits = prepare(DataSpec(source=data, size=numbers.size))
show(lesson_figures.one_of_each(splits.train))

# %% [markdown]
# The three parts share no image. The test part is *sealed*: the training loop cannot read it, so nothing can be chosen by it.

# %% tags=["checked"]
from itertools import combinations

parts = [set(part.names) for part in (splits.train, splits.val, splits.test)]
shared = any(one & other for one, other in combinations(parts, 2))
print("parts share an image:", shared)
print("test set opened so far:", splits.test.times_opened, "times")

# %% [markdown]
# The recipe: random weights at first, and every stage learns at the same rate. The two optimisers are plain SGD [3] and Adam [4].

# %% tags=["checked"]
from course_lib.training import Recipe

recipe = Recipe.scratch(lr=0.01, optimizer="sgd")
print("starts from:", recipe.start)
print({stage: recipe.rate_of(stage) for stage in ("stem", "stage1", "stage4", "head")})

# %% [markdown]
# The whole grid: five rates, two optimisers, several seeds. Each run keeps the weights of its best validation epoch, and is tested once with them.

# %%
records = run_study("scratch", profile, data, seeds)
table = analysis.best_table(records)
best = table.loc[table["val %"].idxmax()]
minutes = sum(record["seconds"] for record in records) / 60
print(f"{len(records)} runs; computing them took {minutes:.1f} minutes of one core")

# %% [markdown]
# Figures 7–9 of the homework: training loss, validation loss, validation accuracy. Losses are means per image, so that curves of different batch sizes can be
# compared; their unit is the [nat](../statistics.md#nats). If validation chose the lowest or the highest rate, the title says so: what such an
# optimiser reached is a *lower bound*, since a rate beyond the grid may be better (lesson 08 tries such rates).

# %% tags=["report"]
show(lesson_figures.curves(records))

# %%
guess.compare(best["test %"])

# %% [markdown]
# ## Explain
# A network that learned cartoons in general would be as good on new images as on its training images. The gap between the two accuracies shows
# *overfitting*: the network fits its training images in ways that do not help with others. A network can even learn random labels by heart [5]. Here are
# both accuracies at the rates that validation chose. The numbers in the title are those of the optimiser with the higher validation accuracy.

# %% tags=["report"]
show(lesson_figures.known_and_new(records))

# %% [markdown]
# The rate decides how fast the network learns, and whether it learns at all. Adam divides each step by a running average of the gradient's size, so at the
# same rate the two optimisers do not take steps of the same size. How much does the choice of the rate matter to each of them? (From such a table one
# cannot tell which optimiser is better: if the best rate is at the edge of the grid, a better one may lie beyond it.)

# %%
grid = analysis.grid_table(records)
for optimizer, reached in grid.groupby("optimizer", sort=False)["val %"]:
    span = f"{reached.min():.1f} to {reached.max():.1f} % of the validation images"
    at_edge = analysis.rate_at_edge(analysis.select(records, optimizer=optimizer))
    print(f"{optimizer:<4} from {span}", f"({at_edge})" if at_edge else "")
grid

# %% [markdown]
# Browse the finished runs: each line and each dot is one seed. At which rates do the runs learn too slowly? At which do their curves jump up and down? Do the runs
# that learn their training images fastest reach the best test accuracy? The runs with 189 images (lesson 06) are there, too. (The sliders need a running kernel.)

# %%
from functools import partial

from course_lib.sweeps import finished_runs

few = finished_runs("few_shot_scratch", profile, data, seeds)  # nothing is trained here
grids = {"scratch": records} | ({"scratch, 189 images": few} if few else {})
rates = [run["recipe"]["lr"] for run in analysis.favoured_runs(records)]
begin = {"optimizer": best["optimizer"], "lr": max(rates, key=rates.count)}
begin |= {"quantity": "train_accuracy", "names": homework.STRATEGY_NAMES}
draw = partial(figures.explorers.rate_curves, grids, **begin)
controls = figures.explorers.rate_controls(grids)
figures.explorers.explore(draw, **controls, stored=False)

# %% [markdown]
# ### Exercise 1 · choose without peeking (5 minutes, ★★☆)
# Every record holds a whole run: its rate in `record["recipe"]["lr"]`; its epochs in `record["history"]`, each with `epoch` (0, 1, …), `train_loss`,
# `val_loss` and `val_accuracy`; and, at the very end, `test_accuracy`. You want as many images right as possible. Which rate do you keep, and the weights
# of which epoch? Write `choose`. Hint: ask three questions about each of these numbers. Which images is it measured on? Did the network train on them? May
# you look at it more than once?


# %% tags=["exercise"]
def choose(records):
    """(lr, epoch) of the network to keep."""
    # solution
    epochs = [(e, run["recipe"]["lr"]) for run in records for e in run["history"]]
    best, lr = max(epochs, key=lambda pair: pair[0]["val_accuracy"])
    return lr, best["epoch"]
    # end solution


# %% [markdown]
# The check calls your function with invented runs. In them, each wrong reason leads to another choice than the right one.

# %% tags=["checked"]
passed = check_choice(choose)

# %% [markdown]
# **What one epoch is**, in plain PyTorch. Nothing is hidden: shuffle, normalise, forward pass, loss, backward pass, step.

# %%
from course_lib.models import start_model
from course_lib.training import input_statistics, normalise

mean, std = input_statistics(recipe, splits)  # of the training images only
model = start_model(numbers.architecture, None, splits.num_classes, seed=0)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)


# %%
def train_one_epoch():
    """One pass over the training images; mean loss, and accuracy before each step."""
    model.train()
    loss_sum, right = 0.0, 0
    for rows in torch.randperm(len(splits.train)).split(32):
        images, labels = splits.train.batch(rows)
        logits = model(normalise(images, mean, std))
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(rows)  # the last batch is smaller
        right += (logits.argmax(dim=1) == labels).sum().item()
    return loss_sum / len(splits.train), right / len(splits.train)


epochs = [train_one_epoch() for _ in range(4)]
print("training loss", [round(loss, 2) for loss, _ in epochs])

# %% [markdown]
# **What does it get wrong?** Fig. 28 of the homework shows test images that the network gave a wrong class. Which of its mistakes should a figure show? A
# fixed rule decides, so that nobody picks the funny ones: take the mistake with the highest confidence of each true class, and of these the three with the
# highest confidence. No setting is chosen by these images.

# %% tags=["report"]
from course_lib.training import predict_probabilities

test = splits.test.open()
probabilities = predict_probabilities(model, test, mean, std)  # (N, classes)
show(mistakes.worst(test, probabilities, splits.class_names))

# %% [markdown]
# These are the mistakes that the homework prints, of a network trained from scratch for longer:

# %%
pd.DataFrame(homework.printed_mistakes("scratch")).set_index("figure")

# %% [markdown]
# ## Break it
# Leave out one line of the validation: `model.eval()`. BatchNorm [6] then normalises each image by the mean and the variance of its *batch*, so the answer for an
# image depends on the other images of its batch. In `eval()` it takes *running statistics* instead: averages that it kept while training. To see the
# difference, validate in two orders: sorted by class, as a loader without shuffling does, and mixed.


# %%
@torch.no_grad()
def validate(order, part=splits.val):
    """Which images are right, (N,), in batches of this order and the present mode."""
    right = np.zeros(len(part))
    for rows in order.split(32):
        images, labels = part.batch(rows)
        guessed = model(normalise(images, mean, std)).argmax(dim=1)
        right[rows] = (guessed == labels).numpy()
    return right


by_class, mixed = splits.val.labels.argsort(), torch.randperm(len(splits.val))
running = {name: value.clone() for name, value in model.state_dict().items()}
for mode in ("eval", "train"):
    model.train(mode == "train")
    for name, order in {"sorted by class": by_class, "mixed": mixed}.items():
        print(f"{mode + '(), ' + name:<26}{validate(order).mean():.1%}")
_ = model.load_state_dict(running)  # train() has changed the running statistics

# %% [markdown]
# In `eval()` the order of the images does not matter, as it must be. In `train()` it does. Sorted by class, a batch shows mostly one class, and its
# statistics are far from those of all images. The validation also changes the model: every batch in `train()` moves the running statistics. If two
# validations of one model disagree, look here first.
#
# **Why can `train()`, mixed, be better than `eval()`?** Two causes are possible. *Chance*: in another batch, an image may get another answer. *Delay*: a
# running statistic is an average over the last batches of training (with PyTorch's momentum 0.1, about the last ten or twenty), and with every step the
# network became another one, so the average belongs to networks that no longer exist. A batch's own statistics are noisy, but they belong to the present
# network. To tell the causes apart, validate in twenty mixed orders, and give `eval()` running statistics without delay: averages over all training images
# with the finished weights.


# %%
def measure_statistics():
    """Take averages over all training images as running statistics; keep the weights."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # a plain average over all batches
    model.train()
    with torch.no_grad():
        for rows in torch.randperm(len(splits.train)).split(32):
            model(normalise(splits.train.batch(rows)[0], mean, std))
    model.eval()


model.eval()
found = {"eval(), as trained": [validate(mixed)]}
known = validate(torch.arange(len(splits.train)), splits.train).mean()
model.train()
orders = [torch.randperm(len(splits.val)) for _ in range(20)]
found["train(), 20 mixed orders"] = [validate(order) for order in orders]
measure_statistics()
found["eval(), statistics anew"] = [validate(mixed)]

# %%
for name, runs in found.items():
    shares = [100 * right.mean() for right in runs]
    span = f"{np.mean(shares):.1f} % ({min(shares):.1f} to {max(shares):.1f})"
    gap = analysis.paired_difference(runs, found["eval(), as trained"])
    print(f"{name:<25}{span}, difference from the first line: {gap}")
print(f"training images, counted while the last epoch ran: {epochs[-1][1]:.1%}")
print(f"training images, after that epoch, in eval():      {known:.1%}")

# %% [markdown]
# Read the first three lines. *Chance*: the order alone moves `train()` by several points (the range in the second line), so a single mixed order may lie
# above `eval()` or below it. *Delay* would show in the third line: statistics of the finished network. If its interval contains 0, these images and one
# network leave the cause open. In any case `eval()` gives one answer. Larger networks are studied in [7].
#
# The same causes act on the *training accuracy*, which the figure in *Explain* shows. It is counted while an epoch runs, before each step: with
# weights that are still learning (this lowers it), and in `train()`, with statistics without delay (this may raise it). Dropout, which this network does
# not have, would lower it, too. The last two lines compare it with the accuracy after the epoch. A gap of a few points between a training curve and a
# validation curve may come from the way of counting; a gap like the one in the figure does not.
#
# ### Exercise 2 · an accuracy that counts images (5 minutes, ★☆☆)
# 421 images make batches of 32, and the last batch has 5. Averaging the accuracies of the batches gives these 5 the weight of 32. Write an accuracy in which
# every image has the same weight.
# Hint: one batch has 32 images, all right; another has 5, all wrong. Which share of the 37 images is right? And which number do you get from the two accuracies?


# %% tags=["exercise"]
def accuracy_of(batches):
    """Accuracy from a list of (predictions, labels) of batches of any size."""
    # solution
    right = sum((predictions == labels).sum().item() for predictions, labels in batches)
    return right / sum(len(labels) for _, labels in batches)
    # end solution


# %% tags=["checked"]
passed = check_accuracy(accuracy_of)

# %% [markdown]
# ### Exercise 3 · what diverging looks like (5 minutes, ★★☆)
# Find an SGD rate at which training from scratch *breaks down* (the loss becomes infinite or NaN) within two epochs. Hint: do not go up in small steps. The check
# tells you how far you are.

# %% tags=["exercise"]
my_rate = None  # replace None by a number
# solution
my_rate = 1e6
# end solution

# %% tags=["checked"]
passed = check_divergence(my_rate, splits, numbers.architecture)

# %% [markdown]
# BatchNorm makes a network hard to break: it rescales the outputs of a layer, however large the weights become. The homework met NaNs (the result of, e.g.,
# infinity minus infinity) with SGD, mostly at the rates 0.03 and 0.01, and blamed a programming error: a head with a thousand outputs. Lesson 08 repeats that
# mistake and tests whether it is enough to cause NaNs.
#
# ## Printed and measured
# Table II of the homework beside our runs. Printed: one run each, real cartoons at 227 pixels, a ResNet-18 of full width. Measured: several seeds,
# images of `data`.

# %% tags=["report"]
homework.printed_and_measured("scratch", records).set_index("optimizer").T

# %% tags=["report"]
analysis.best_table(records).set_index("optimizer").T

# %% [markdown]
# With SGD, the homework's validation accuracy is 77.43 % and its test accuracy 60.60 %: a gap of 17 points. Is that bad luck with 236 images?

# %% tags=["checked"]
for optimizer in ("sgd", "adam"):
    printed = homework.printed_result("scratch", optimizer)
    val = analysis.accuracy_interval(printed.val_correct, printed.num_val)
    test = analysis.accuracy_interval(printed.test_correct, printed.num_test)
    print(f"{optimizer:<4} validation {val}, test {test}, overlap: {val.low < test.high}")

# %% [markdown]
# No: the [intervals](../statistics.md#wilson-interval) are far apart. One part of the gap is *selection*: the best of 250 pairs of rate and epoch looks
# better on validation images than on others [8]. Another part may come from the homework's test images. They are the *last* files of each class, which
# need not be like the others. Lesson 06 measures both parts. In the mini world, test and validation images are drawn in the same way. Compare `val %` and
# `test %` in the table above.
#
# ### What the homework claims
# Two of the homework's sentences about training from scratch are tested on the finished runs. The table says what was measured (*tested*), the range of
# effects that would support the sentence (*claimed*), and the measured effect with its 95 % interval. A claim is [*reproduced*](../statistics.md#verdict)
# when the whole interval lies inside the claimed range, *contradicted* when the whole interval lies outside, and *undecided* otherwise. It is undecided,
# too, if validation chose the rate at a grid's edge: a better one may lie beyond. For a printed number, the claimed range goes from half of it to twice as
# much, since effects in the mini world have other sizes. The column *reason* names the kind of interval: `t` is a [t-interval over
# seeds](../statistics.md#t-interval-over-seeds). `course claims` judges all claims.

# %% tags=["report"]
chosen_claims = ["scratch-val-above-test", "scratch-as-slow-as-full"]
settings = {"profile": profile, "data": data, "seeds": seeds}
show_claims(chosen_claims, **settings)

# %% [markdown]
# ## Remember
# - From scratch, a network first has to invent its filters, and 1687 images are few to learn them from. It ends up knowing its training images by heart.
# - The best epoch and the rate are chosen by validation, and the test set is opened once. The choice makes validation accuracy a bit too good, but not
#   test accuracy. If the best rate is the last of its grid, the grid was too small.
# - Call `model.eval()` before you validate, count images rather than batches, and never trust a single run.

# %% [markdown]
# ## Your own experiment (20 minutes)
# **Your own recipe in 60 seconds of training.** You may change anything in the recipe: rate, `momentum`, `batch_size`, `weight_decay`, `schedule`, `epochs`. Write
# down one claim with a number before you train, e.g. "in eight epochs, momentum 0.9 gains at least 10 points over plain SGD at the same rate". Then train both
# and write three sentences: the claim, the interval, the conclusion. These lines are a start:
#
# ```python
# from course_lib.training import fit, predict_probabilities
#
# def train(seed=0, **settings):
#     """Which validation images a network trained from scratch gets right, one sign for each."""
#     common = {"architecture": numbers.architecture, "optimizer": "sgd", "epochs": 8}
#     run = fit(Recipe.scratch(**{**common, **settings}), splits, seed=seed)
#     guessed = predict_probabilities(run.model, splits.val, run.mean, run.std).argmax(dim=1)
#     return analysis.outcomes(splits.val.labels, guessed)
#
# plain, faster = train(lr=0.03), train(lr=0.03, momentum=0.9)
# print(analysis.paired_difference(faster, plain))
# ```
#
# | points | what they are for |
# |---|---|
# | 2 | the claim was written down before training; it has a number and could turn out wrong |
# | 1 | the two recipes differ in one thing, and both get the same time or the same number of epochs |
# | 1 | validation images only: the test set stays closed |
# | 2 | the difference has its 95 % interval, the interval decides, and the conclusion names what one seed cannot show |

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (6 of 6).* "Claim, written before training: in eight epochs, momentum 0.9 gains at least 10 points over plain SGD at the same rate, 0.03. The recipes
# differ in `momentum` only, with the same seed and eight epochs each. Validation accuracy: 64.1 % without, 70.1 % with momentum; difference +5.9 points [0.5, 11.4].
# Momentum helps here, since the interval leaves out 0. My claim is *undecided*, since 10 lies inside. The interval is about other images: I trained one seed, so I
# cannot say how much another seed would change. The test set stayed closed."
#
# *A flawed one (1 of 6).* "Momentum makes networks better: 70.1 % instead of 64.1 %. I tried several rates with momentum and kept the best of them; plain SGD had the
# rate 0.03." There was no claim before (0 of 2). One recipe was tuned and the other was not (0 of 1). Only validation images were used (1 of 1). There is no interval,
# and the sentence speaks of all networks after one seed of one (0 of 2).

# %% [markdown]
# ## References
# 1. V. Michal: *Fine-Tuning and Transfer Learning*, DLE Homework 3, a report on the [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start)
#    of the course BEV033DLE, Czech Technical University in Prague. The course calls it *the homework* and keeps its printed numbers in
#    `data/papers/homework/`.
# 2. K. He, X. Zhang, S. Ren, J. Sun: *Deep Residual Learning for Image Recognition*, 2016. [arXiv:1512.03385](https://arxiv.org/abs/1512.03385)
# 3. H. Robbins, S. Monro: *A Stochastic Approximation Method*, 1951. [doi:10.1214/aoms/1177729586](https://doi.org/10.1214/aoms/1177729586)
# 4. D. P. Kingma, J. Ba: *Adam: A Method for Stochastic Optimization*, 2015. [arXiv:1412.6980](https://arxiv.org/abs/1412.6980)
# 5. C. Zhang, S. Bengio, M. Hardt, B. Recht, O. Vinyals: *Understanding deep learning requires rethinking generalization*, 2017.
#    [arXiv:1611.03530](https://arxiv.org/abs/1611.03530)
# 6. S. Ioffe, C. Szegedy: *Batch Normalization*, 2015. [arXiv:1502.03167](https://arxiv.org/abs/1502.03167)
# 7. Y. Wu, J. Johnson: *Rethinking "Batch" in BatchNorm*, 2021. [arXiv:2105.07576](https://arxiv.org/abs/2105.07576)
# 8. G. C. Cawley, N. L. C. Talbot: *On Over-fitting in Model Selection and Subsequent Selection Bias in Performance Evaluation*, 2010.
#    [JMLR 11](https://jmlr.org/papers/v11/cawley10a.html)
