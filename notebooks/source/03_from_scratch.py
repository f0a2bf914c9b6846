# %% [markdown]
# # 03 · From scratch
# **How far do you get with random weights and 1687 drawings?**
#
# You train a network with random weights on 1687 cartoons, in 50 passes over them. This is Section III of the homework, *Training from scratch*. Its accuracy
# is the yardstick that every later lesson has to beat.
#
# **You will** train with five rates and two optimisers, watch a network learn its training images by heart, break the validation by leaving out one word, and
# compare with Table II. **Time** 45 minutes. **Cost** seconds on a laptop, since the finished runs of the grid come with the course; `course study scratch
# --recompute` trains them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid in the mini world; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import pandas as pd
import torch
from torch import nn

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.data import DataSpec, prepare
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_table
from course_lib.teaching.checks.homework import check_accuracy, check_choice, check_divergence

torch.manual_seed(0)  # the same random numbers in each run
numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# There are seven classes, so a guess is right for one image in seven. The test images come from the same seven classes, but the network has never seen them.
# **Commit to a guess** of the test accuracy after training from random weights.

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
rows = [int((splits.train.labels == label).nonzero()[0]) for label in range(splits.num_classes)]
title = f"{len(splits.train)} images to learn from: one of each class"
show(figures.contact_sheet(splits.train.take(rows).images, splits.class_names, title=title))

# %% [markdown]
# The three parts share no image. The test part is *sealed*: the training loop cannot read it, so it cannot use it to choose anything.

# %% tags=["checked"]
from itertools import combinations

parts = [set(part.names) for part in (splits.train, splits.val, splits.test)]
print("parts share an image:", any(one & other for one, other in combinations(parts, 2)))
print("test set opened so far:", splits.test.times_opened, "times")

# %% [markdown]
# The recipe: no weights to start from, every stage learns at the same rate.

# %% tags=["checked"]
from course_lib.training import Recipe

recipe = Recipe.scratch(lr=0.01, optimizer="sgd")
print("starts from:", recipe.start)
print({stage: recipe.rate_of(stage) for stage in ("stem", "stage1", "stage4", "head")})

# %% [markdown]
# The whole grid: five rates, two optimisers, several seeds. A run keeps the weights of its best validation epoch, and is tested once with them.

# %%
records = run_study("scratch", profile, data, seeds)
table = analysis.best_table(records)
best = table.loc[table["val %"].idxmax()]
print(f"{len(records)} runs, {sum(r['seconds'] for r in records) / 60:.1f} minutes of one core when they were computed")

# %% [markdown]
# Figures 7–9 of the homework: training loss, validation loss, validation accuracy. Losses are means per image, so that curves of
# different batch sizes can be compared.

# %% tags=["report"]
loss = min(epoch["train_loss"] for run in analysis.best_runs(records) for epoch in run["history"])
title = f"From scratch: training loss down to {loss:.2f}, validation accuracy up to {best['val %']:.0f} %"
show(figures.training_curves(records, title=title))

# %%
guess.compare(best["test %"])

# %% [markdown]
# ## Explain
# A network that learned cartoons in general would be as good on new images as on its training images. The gap between the two accuracies is what it learned
# by heart: *overfitting*. Here are both accuracies at the rates that validation chose. The numbers in the title are those of the optimiser with the higher
# validation accuracy.

# %% tags=["report"]
from course_lib.figures.style import optimizer_name

chosen = analysis.best_runs(records)
favoured = analysis.select(chosen, optimizer=best["optimizer"])  # one run of each seed
last = [run["history"][-1] for run in favoured]
known, new = (100 * sum(epoch[key] for epoch in last) / len(last) for key in ("train_accuracy", "val_accuracy"))
title = f"At the end, {optimizer_name(best['optimizer'])}: {known:.0f} % of training images, {new:.0f} % of validation images"
picked = {(run["recipe"]["optimizer"], run["recipe"]["lr"]) for run in chosen}
shown = [run for run in records if (run["recipe"]["optimizer"], run["recipe"]["lr"]) in picked]
show(figures.training_curves(shown, title=title, quantities=("train_accuracy", "val_accuracy")))

# %% [markdown]
# The rate decides how fast the network learns, and whether it learns at all. Adam divides each step by the size of the gradient, so at the same rate the two
# optimisers do not take the same steps. How much does the choice of the rate matter to each of them?

# %%
grid = analysis.grid_table(records)
for optimizer, reached in grid.groupby("optimizer", sort=False)["val %"]:
    low, high = reached.min(), reached.max()
    print(
        f"{optimizer:<4} from {low:.1f} to {high:.1f} % of the validation images: {high - low:.1f} points between rates"
    )
grid

# %% [markdown]
# Browse the finished runs: each line and each dot is one seed. At which rates do the runs learn too slowly? At which do their curves jump about? And do the
# runs that learn their training images fastest reach the best test accuracy? The runs with 189 images (lesson 06) are there, too. (The sliders need a running
# kernel.)

# %%
from functools import partial

from course_lib.sweeps import finished_runs

grids = {"scratch": records, "scratch, 189 images": finished_runs("few_shot_scratch", profile, data, seeds)}
grids = {name: found for name, found in grids.items() if found}  # only finished grids: nothing is trained here
rates = [run["recipe"]["lr"] for run in favoured]
begin = {"optimizer": best["optimizer"], "lr": max(rates, key=rates.count), "quantity": "train_accuracy"}
draw = partial(figures.explorers.rate_curves, grids, names=homework.STRATEGY_NAMES, **begin)
figures.explorers.explore(draw, **figures.explorers.rate_controls(grids))

# %% [markdown]
# ### Exercise 1 · choose without peeking (5 minutes, ★★☆)
# Every record holds a whole run: its rate in `record["recipe"]["lr"]`; its epochs in `record["history"]`, each with `epoch` (0, 1, …), `train_loss`,
# `val_loss` and `val_accuracy`; and, at the very end, `test_accuracy`. Which rate do you keep, and the weights of which epoch? Write `choose`. Hint: only one
# of these numbers is the accuracy on images that the network was not trained on and that you may look at as often as you like.


# %% tags=["exercise"]
def choose(records):
    """(lr, epoch) of the network to keep."""
    # solution
    epochs = [(epoch, record["recipe"]["lr"]) for record in records for epoch in record["history"]]
    best, lr = max(epochs, key=lambda pair: pair[0]["val_accuracy"])
    return lr, best["epoch"]
    # end solution


# %% [markdown]
# The check calls your function with four invented runs. In them, each wrong reason leads to another choice than the right one.

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


def train_one_epoch():
    """One pass over the training images; returns the mean loss per image."""
    model.train()
    total = 0.0
    for rows in torch.randperm(len(splits.train)).split(32):
        images, labels = splits.train.batch(rows)
        loss = nn.functional.cross_entropy(model(normalise(images, mean, std)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)  # the last batch is smaller: weight each loss by its number of images
    return total / len(splits.train)


print([round(train_one_epoch(), 2) for _ in range(4)])

# %% [markdown]
# **What does it get wrong?** Fig. 28 of the homework shows test images that the network gave a wrong class. Which of its mistakes should a figure show? A
# fixed rule decides, so that nobody picks the funny ones: take the mistake with the highest confidence of each true class, and of these the three with the
# highest confidence. Nothing is chosen by these test images.

# %% tags=["report"]
from course_lib.training import predict_probabilities

test = splits.test.open()
probabilities = predict_probabilities(model, test, mean, std)  # (N, classes)
worst = analysis.worst_mistakes(test.labels, probabilities)[0]
true, taken = (splits.class_names[row] for row in (test.labels[worst], probabilities[worst].argmax()))
title = f"{true.capitalize()} taken for {taken}, and {probabilities[worst].max():.0%} sure of it"
show(figures.misclassified(test.images, test.labels, probabilities, splits.class_names, title=title, count=3))

# %% [markdown]
# These are the mistakes that the homework prints, of a network trained from scratch for longer:

# %%
pd.DataFrame(homework.printed_mistakes("scratch")).set_index("figure")

# %% [markdown]
# ## Break it
# One word is missing from many validation loops: `model.eval()`. Without it, BatchNorm normalises each image by the *other images of its batch*, so the
# answer for an image depends on which images share its batch. To see this, validate the images sorted by class, which is the order of a loader without
# shuffling.


# %%
@torch.no_grad()
def validate(order):
    """Validation accuracy over batches in the given order, in the model's present mode (`train` or `eval`)."""
    right = 0
    for rows in order.split(32):
        images, labels = splits.val.batch(rows)
        right += (model(normalise(images, mean, std)).argmax(dim=1) == labels).sum().item()
    return right / len(splits.val)


by_class, mixed = splits.val.labels.argsort(), torch.randperm(len(splits.val))
scores = {}
model.eval()
scores["eval(), sorted by class"], scores["eval(), mixed"] = validate(by_class), validate(mixed)
model.train()
scores["train(), sorted by class"], scores["train(), mixed"] = validate(by_class), validate(mixed)
for name, accuracy in scores.items():
    print(f"{name:<26}{accuracy:.1%}")

# %% [markdown]
# In `eval()` the order of the images does not matter, as it must be. In `train()` it does. The validation itself has also changed the model: its running
# statistics moved. If two validations of one model disagree, look here first.
#
# ### Exercise 2 · an accuracy that counts images (5 minutes, ★☆☆)
# 421 images make batches of 32, and the last batch has 5. Averaging the accuracies of the batches gives these 5 the weight of 32. Write an accuracy in which
# every image has the same weight.
# Hint: count first, divide last.


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
# Find an SGD rate at which training from scratch *breaks down* (the loss becomes infinite or NaN) within two epochs. Hint: go up in factors of ten.

# %% tags=["exercise"]
my_rate = None  # replace None by a number
# solution
my_rate = 1e6
# end solution

# %% tags=["checked"]
passed = check_divergence(my_rate, splits, numbers.architecture)

# %% [markdown]
# BatchNorm makes a network hard to break: it rescales the outputs of a layer, however large the weights become. The homework met NaNs with SGD, mostly at
# 0.03 and 0.01, and blamed a programming error: a head with a thousand outputs. Lesson 08 repeats that mistake and tests whether it is enough to cause NaNs.
#
# ## Printed and measured
# Table II of the homework beside our runs. Printed: one run each, real cartoons at 227 pixels, a ResNet-18 of full width. Measured: several seeds,
# images of `data`.

# %% tags=["report"]
homework.printed_and_measured("scratch", records).set_index("optimizer").T

# %% tags=["report"]
analysis.best_table(records).set_index("optimizer").T

# %% [markdown]
# In the homework, the validation accuracy is 77.43 % and the test accuracy 60.60 %: a gap of 17 points. Is that bad luck with 236 images?

# %% tags=["checked"]
for printed in (homework.printed_result("scratch", optimizer) for optimizer in ("sgd", "adam")):
    val = analysis.accuracy_interval(printed.val_correct, printed.num_val)
    test = analysis.accuracy_interval(printed.test_correct, printed.num_test)
    print(f"{printed.optimizer:<4} validation {val}, test {test}, intervals overlap: {val.low < test.high}")

# %% [markdown]
# No: the intervals are far apart. One part of the gap is *selection*: the best of 250 epochs and rates looks better on the images that chose it. Another part
# may come from the homework's test images. They are the *last* files of each class, which need not be like the others. Lesson 06 measures both parts. In the
# mini world, test and validation images are drawn in the same way. Compare `val %` and `test %` in the table above.
#
# ### What the homework claims
# Here are two of its sentences about training from scratch, each tested on the finished runs. A claim is *reproduced* when the 95 % interval of the effect
# lies wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and *undecided* otherwise. `course claims` judges all claims. For
# a printed number, the claimed range goes from half of it to twice as much, since effects in the mini world have sizes of their own. The column *reason*
# names the kind of interval: `t` is a t-interval over seeds; *Newcombe* is an interval for the difference of two accuracies on different images. An entry
# such as "adam (of 2)" belongs to a claim about two cases, here the optimisers, and says that the interval of Adam decided the verdict.

# %% tags=["report"]
chosen_claims = ["scratch-val-above-test", "scratch-as-slow-as-full"]
show_table(analysis.claims_table(ids=chosen_claims, profile=profile, data=data, seeds=seeds))

# %% [markdown]
# ## Remember
# - From scratch, a network first has to invent its filters, and 1687 images are few to learn them from. It ends up knowing its training images by heart.
# - The best epoch and the rate are chosen by validation, and the test set is opened once. That makes the validation accuracy a little too good, but not the
#   test accuracy.
# - Call `model.eval()` before you validate, count images rather than batches, and never believe one run.
