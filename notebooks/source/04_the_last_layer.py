# %% [markdown]
# # 04 · The last layer
# **How far do you get if you change nothing but the last layer?**
#
# You take a network that learned to name things in *other* pictures, keep every one of its filters, and teach only a new last
# layer to tell seven kinds of cartoons apart. This is Section IV of the homework, *Fine-tuning the classifier*.
#
# In the mini world these other pictures show 84 other classes, and 80 % of them are drawn as cartoons, too: the borrowed filters know the
# style, though none of the seven classes. ImageNet, which the homework borrows from, is mostly photographs.
#
# **You will** see why this is cheap, train such a head in ten lines, catch a frozen network that is not frozen, and compare
# your numbers with Table III. **Time** 60 minutes. **Cost** seconds on a laptop, since the finished runs of the grid come with the course;
# `course study last_layer --recompute` trains them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid in the mini world; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import pandas as pd
import torch

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.data import DataSpec, prepare
from course_lib.figures.style import optimizer_name
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_table
from course_lib.teaching.checks.homework import check_freeze, check_frozen, check_head, check_storable

torch.manual_seed(0)  # the same random numbers in each run
numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# There are 1687 cartoons to train on, 421 to choose the epoch, and 236 to test, each used once, at the very end. A guess is right for one image in seven.
# Lesson 03 gave you the accuracy from scratch. Now the filters are borrowed and *cannot change*. **Commit to a guess** before you go on.

# %%
guess = Prediction(
    "test accuracy of the last layer, %",
    None,  # replace None by a number, e.g. 50, or by a range, e.g. (40, 60)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# Here is the recipe, written out: start from these weights, multiply the rate of every inner stage by 0 and that of the head by 1.

# %% tags=["checked"]
from course_lib.training import Recipe

recipe = Recipe.last_layer(lr=0.001, optimizer="sgd")
for stage in ("stem", "stage1", "stage2", "stage3", "stage4", "head"):
    print(f"{stage:<7} learning rate {recipe.rate_of(stage):g}")

# %% [markdown]
# The images are split by the homework's own rule: of each class, the last tenth by file name is for testing; the rest is split 80 : 20 into training and
# validation.

# %%
splits = prepare(DataSpec(source=data, size=numbers.size))
print(f"{len(splits.train)} train, {len(splits.val)} validation, {len(splits.test)} test images (sealed)")

# %% [markdown]
# The whole grid of the homework: five rates, two optimisers, several seeds. Each run chooses its best epoch by validation.

# %%
records = run_study("last_layer", profile, data, seeds)
table = analysis.best_table(records)
best = table.loc[table["val %"].idxmax()]
print(f"{len(records)} runs, {sum(r['seconds'] for r in records):.1f} s of one core in all, when they were computed")

# %% [markdown]
# Training loss, validation loss and validation accuracy for every rate and both optimisers (Figs. 10–12). The homework found that these curves are smoother
# than those of lesson 03, and that the training loss no longer reaches zero. Do you see the same? The claims at the end put a number on each.

# %% tags=["report"]
own = analysis.select(records, optimizer=best["optimizer"])
own = analysis.select(own, lr=analysis.best_rate(own))
loss = sum(map(analysis.measures.final_loss, own)) / len(own)
title = f"Only the head learns: {best['val %']:.0f} % of the validation images with {optimizer_name(best['optimizer'])}"
title += f", training loss {loss:.2f} at the end"
show(figures.training_curves(records, title=title))

# %%
guess.compare(best["test %"])

# %% [markdown]
# ## Explain
# The inner stages never change, and an image never changes. So the head's input for an image never changes either: a row of `num_features` numbers, the
# *features* of the image. Everything that the head can use must already be in these numbers. Do they keep the classes apart? To see it, the features are
# plotted along their two *principal components* (PCA): the two directions in which the images differ most.

# %%
from course_lib.models import start_model
from course_lib.training import input_statistics, normalise

mean, std = input_statistics(recipe, splits)


@torch.no_grad()
def compute_features(model, images):
    """The head's input for each image, (N, D)."""
    return torch.cat([model.eval().features(normalise(part, mean, std)) for part in images.images.split(256)])


borrowed = start_model(numbers.architecture, numbers.weights, splits.num_classes)
untrained = start_model(numbers.architecture, None, splits.num_classes)
seen = {
    "borrowed weights": compute_features(borrowed, splits.val),
    "random weights": compute_features(untrained, splits.val),
}

# %%
near = [100 * analysis.neighbour_agreement(features, splits.val.labels) for features in seen.values()]
title = f"Before any training on these {splits.num_classes} classes, {near[0]:.0f} % of the images have a nearest neighbour "
title += f"of their own class; with random weights, {near[1]:.0f} %"
show(figures.feature_planes(seen, splits.val.labels, splits.class_names, title=title))

# %% [markdown]
# The figure shows two of many dimensions; the nearest neighbours in the title were searched in all of them. It matters here what the borrowed network was
# trained on: in the mini world, on cartoons of other classes. With fewer cartoons the last layer reaches less (`data/README.md`, *The mini world's
# calibration*).
#
# **So compute the features once**, and train the head on them. Here is the whole training of one run, all epochs, in ten lines:

# %%
from torch import nn

train_x, val_x = compute_features(borrowed, splits.train), seen["borrowed weights"]  # (N, D)
head = nn.Linear(borrowed.num_features, splits.num_classes)
optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
for epoch in range(20):
    for rows in torch.randperm(len(train_x)).split(32):
        loss = nn.functional.cross_entropy(head(train_x[rows]), splits.train.labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
accuracy = (head(val_x).argmax(dim=1) == splits.val.labels).float().mean().item()
print(f"a head on stored features reaches {accuracy:.1%} of the validation images")

# %% [markdown]
# ### Exercise 1 · a head that fits (5 minutes, ★☆☆)
# A borrowed network comes with a head for *its* classes. Write `put_head`, which replaces that head by a new linear layer, for any backbone and any number of
# classes. Hint: the head is the layer `model.head`; the number of its inputs is `model.num_features`.


# %% tags=["exercise"]
def put_head(model, num_classes):
    """Replace the model's head by a fresh linear one that gives one logit for each class."""
    # solution
    model.head = nn.Linear(model.num_features, num_classes)
    # end solution


# %% tags=["checked"]
passed = check_head(put_head)

# %% [markdown]
# Is this *the same* as the long way, sending every image through the frozen network in every epoch? Yes, exactly: the features of one image agree to the last
# bit, in training and in evaluation. That is what "frozen" has to mean.

# %% tags=["checked"]
from course_lib.models import set_trainable, train_mode

rates = recipe.rates((*borrowed.inner_stages, "head"))
set_trainable(borrowed, rates)
train_mode(borrowed, rates)  # how the course's own loop prepares an epoch
few = normalise(splits.train.images[:8], mean, std)
print(
    "same features while training:",
    torch.equal(borrowed.features(few), compute_features(borrowed, splits.train.take(range(8)))),
)
trained = sum(p.numel() for p in borrowed.parameters() if p.requires_grad)
print(f"parameters that learn: {trained} = {borrowed.num_features} × {splits.num_classes} + {splits.num_classes}")

# %% [markdown]
# So the course's own loop stores features, as your ten lines do, whenever a recipe freezes the first stages. For a grid of last-layer recipes it trains *all
# heads at once*, as one matrix. `shortcuts=False` asks for the long way. Here are three epochs of each:

# %% tags=["checked"]
from course_lib.training import fit

three = recipe.model_copy(update={"architecture": numbers.architecture, "start": numbers.weights, "epochs": 3})
long_way, short = fit(three, splits, shortcuts=False), fit(three, splits)
same = [e.val_accuracy for e in long_way.history] == [e.val_accuracy for e in short.history]
print("the same validation accuracy in every epoch:", same)

# %%
later = [sum(epoch.seconds for epoch in run.history[1:]) for run in (long_way, short)]
print(
    f"two epochs the long way {later[0]:.2f} s, on stored features {later[1]:.3f} s: {later[0] / later[1]:.0f} times faster"
)

# %% [markdown]
# ### Exercise 2 · when may features be stored? (8 minutes, ★★☆)
# Stored features are right as long as computing them again would give the same numbers. Two things could change them: the network before the head, and the
# images. Write `can_be_stored`. Hint: you know `recipe.rate_of(stage)`; `recipe.augmentation` lists the random changes made to the training images in each
# epoch (lesson 07), and is `()` if there are none.


# %% tags=["exercise"]
def can_be_stored(recipe, inner_stages):
    """Whether the head's input for each training image is the same in every epoch."""
    # solution
    return not recipe.augmentation and all(recipe.rate_of(stage) == 0 for stage in inner_stages)
    # end solution


# %% tags=["checked"]
passed = check_storable(can_be_stored)

# %% [markdown]
# ## Break it
# Here is the mistake that real projects made for years. `requires_grad = False` stops the *gradients*. It does not stop
# BatchNorm, which updates its running mean and variance in every forward pass of `model.train()`. Watch:

# %%
from course_lib.models import snapshot

careless = start_model(numbers.architecture, numbers.weights, splits.num_classes)
for parameter in careless.stages.parameters():
    parameter.requires_grad_(False)
before = snapshot(careless)
careless.train()  # the usual line, and the mistake
for part in splits.train.images.split(32):
    careless(normalise(part, mean, std))
passed = check_frozen(before, careless)

# %%
after = {name: value.detach() for name, value in careless.state_dict().items()}
stages = (*careless.inner_stages, "head")
drift = {part: analysis.stage_change(before, after, stages, part=part) for part in ("weights", "statistics")}
title = "One epoch of model.train(): the weights of the frozen stages stood still, their statistics did not"
show(
    figures.stage_drift(
        {"weights": drift["weights"], "running statistics": drift["statistics"]}, title=title, what="state"
    )
)

# %% [markdown]
# The network no longer computes the features that the head was trained on; features stored on disk would now be those of another network. Sometimes the drift
# even *helps*, since the statistics adapt to cartoons, but then it is an adaptation that you should know about.
#
# ### Exercise 3 · freeze it properly (5 minutes, ★★☆)
# Write `freeze` so that *nothing* in the inner stages changes in the training steps that follow. Hint: two things have to stop. One is the gradient. The
# other depends on the module's *mode*.


# %% tags=["exercise"]
def freeze(model):
    """Freeze every stage before the head, completely, and leave the head ready to learn."""
    # solution
    model.train()
    model.stages.eval()
    for parameter in model.stages.parameters():
        parameter.requires_grad_(False)
    # end solution


# %% tags=["checked"]
mine = start_model(numbers.architecture, numbers.weights, splits.num_classes)
images, labels = splits.train.batch(torch.arange(64))
passed = check_freeze(freeze, mine, normalise(images, mean, std), labels)

# %% [markdown]
# ## Printed and measured
# Table III of the homework beside our runs. The printed numbers come from *one* run each, on real cartoons with ImageNet weights; ours come from several
# seeds on `data`. In the mini world the split sizes are the homework's, but the images are drawn. So compare the order and the gaps, not the digits.

# %% tags=["report"]
homework.printed_and_measured("last_layer", records).set_index("optimizer").T

# %% tags=["report"]
analysis.best_table(records).set_index("optimizer").T

# %% [markdown]
# **What does it get wrong?** Fig. 28 of the homework shows test images that the network gave a wrong class. Which of its mistakes should a figure show? A
# fixed rule decides, so that nobody picks the funny ones: take the mistake with the highest confidence of each true class, and of these the three with the
# highest confidence. A record holds no weights, but its recipe and its seed are enough to train the same head again:

# %%
chosen = analysis.best_run(records)
again = fit(Recipe(**chosen["recipe"]), splits, seed=chosen["seed"], device="auto")
print(f"validation accuracy in the grid {chosen['val_accuracy']:.2%}, trained again {again.val_accuracy:.2%}")

# %% tags=["report"]
from course_lib.training import predict_probabilities

test = splits.test.open()
probabilities = predict_probabilities(again.model, test, again.mean, again.std)  # (N, classes)
worst = analysis.worst_mistakes(test.labels, probabilities)[0]
true, taken = (splits.class_names[row] for row in (test.labels[worst], probabilities[worst].argmax()))
title = f"{true.capitalize()} taken for {taken}, and {probabilities[worst].max():.0%} sure of it"
show(figures.misclassified(test.images, test.labels, probabilities, splits.class_names, title=title, count=3))

# %% [markdown]
# These are the mistakes that the homework prints of its last layer:

# %%
pd.DataFrame(homework.printed_mistakes("last_layer")).set_index("figure")

# %% [markdown]
# How certain is an accuracy on 236 test images? One image is 0.42 points; the printed 80.50 % (190 images) has a 95 % interval of its own:

# %% tags=["checked"]
for printed in (homework.printed_result("last_layer", optimizer) for optimizer in ("sgd", "adam")):
    interval = analysis.accuracy_interval(printed.test_correct, printed.num_test)
    print(f"{printed.optimizer:<4} {printed.test_correct} of {printed.num_test} images: {interval}")

# %% [markdown]
# The printed results of the two optimisers differ by three images. That is too little to call it a difference, and the homework does not.
#
# ### What the homework claims
# Here are its sentences about the last layer, each tested on the finished runs. A claim is *reproduced* when the 95 % interval of the effect lies wholly
# inside the range under *claimed*, *contradicted* when it lies wholly outside, and *undecided* otherwise. `course claims` judges all claims. An interval of
# accuracies covers both training again with other seeds and testing on other images.
#
# *Calibrated* marks a verdict that is no finding, since the mini world was adjusted until the homework's order (from scratch < last layer < full) appeared.
# `data/README.md` shows the other settings that were tried, and their orders. Only the real cartoons test this order: `data = "pacs:cartoon"`.

# %% tags=["report"]
chosen_claims = [
    "last-layer-beats-scratch",
    "last-layer-gain",
    "last-layer-smoother",
    "last-layer-no-overfitting",
    "last-layer-faster",
]
show_table(analysis.claims_table(ids=chosen_claims, profile=profile, data=data, seeds=seeds))

# %% [markdown]
# ## Remember
# - The head's input for an image is one row of numbers that never changes: compute it once, and a whole grid costs less than one ordinary run.
# - Frozen means parameters *and* running statistics. `requires_grad = False` freezes the parameters; the mode of the BatchNorm layers freezes the statistics.
# - The accuracy of the last layer measures how good the *features* are. If it disappoints, the filters do not fit the images: let them change (lesson 05).
