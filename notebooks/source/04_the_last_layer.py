# %% [markdown]
# # 04 · The last layer
# **How far do you get if you change nothing but the last layer?**
#
# You take a network (a ResNet-18 [6]) that learned to name things in *other* pictures, keep every one of its filters, and teach only a new last layer to
# tell seven kinds of cartoons apart. This is Section IV of the homework [1], *Fine-tuning the classifier*. In 2014 it was shown that the layers before it
# serve other tasks, too [2, 3]. Numbers in brackets refer to the list at the end.
#
# In the mini world these other pictures show 84 other classes, and 80 % of them are drawn as cartoons, too: the borrowed filters know the
# style, though none of the seven classes. ImageNet, which the homework borrows from, is mostly photographs.
#
# **You will** see why this is cheap, train a *head* (last layer) in ten lines, see a frozen network change, and compare
# your numbers with Table III. **Time** 60 minutes. **Cost** seconds on a laptop, since the finished runs of the grid come with the course;
# `course study last_layer --recompute` trains them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import pandas as pd
import torch

from course_lib import analysis
from course_lib.analysis import homework
from course_lib.data import DataSpec, prepare
from course_lib.figures.homework import last_layer as lesson_figures
from course_lib.figures.homework import mistakes
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_claims
from course_lib.teaching.checks.homework import (
    check_freeze,
    check_frozen,
    check_head,
    check_storable,
)

torch.manual_seed(0)  # the same random numbers in each run
numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# There are 1687 cartoons to train on, 421 to choose the epoch, and 236 to test, once, at the very end. A random guess is right 1 time in 7.
# Lesson 03 gave you the accuracy from scratch. Now the filters are borrowed and *cannot change*. **Commit to a guess** before you go on.

# %%
guess = Prediction(
    "test accuracy of the last layer, %",
    None,  # replace None by a number, e.g. 50, or by a range, e.g. (40, 60)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# The recipe: start from borrowed weights, multiply the learning rate of every inner stage by 0 and that of the head by 1.

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
sizes = [len(part) for part in (splits.train, splits.val, splits.test)]
print("{} train, {} validation, {} test images (sealed)".format(*sizes))

# %% [markdown]
# The whole grid of the homework: five rates, two optimisers (SGD and Adam [7]), several seeds. Each run chooses its best epoch by validation.

# %%
records = run_study("last_layer", profile, data, seeds)
table = analysis.best_table(records)
best = table.loc[table["val %"].idxmax()]
seconds = sum(record["seconds"] for record in records)
print(f"{len(records)} runs; computing them took {seconds:.1f} s of one core")

# %% [markdown]
# Training loss, validation loss and validation accuracy for every rate and both optimisers (Figs. 10–12). The homework found that these curves are smoother
# than those of lesson 03, and that the training loss no longer reaches zero. Do you see the same? The table of claims at the end measures both.

# %% tags=["report"]
show(lesson_figures.curves(records))

# %%
guess.compare(best["test %"])

# %% [markdown]
# ## Explain
# The inner stages never change, and an image never changes. So the head's input for an image never changes either: a row of `num_features` numbers, the
# *features* of the image. Everything that the head can use must already be in these numbers. Do they keep the classes apart? The next figure shows the features
# along their first two *principal components*: the two directions in which the images differ most. On the left the network has the borrowed weights, on the right
# random ones.

# %%
from course_lib.models import start_model
from course_lib.training import input_statistics, normalise

mean, std = input_statistics(recipe, splits)


@torch.no_grad()
def compute_features(model, images):
    """The head's input for each image, (N, D)."""
    model.eval()
    parts = images.images.split(256)
    return torch.cat([model.features(normalise(part, mean, std)) for part in parts])


borrowed = start_model(numbers.architecture, numbers.weights, splits.num_classes)
untrained = start_model(numbers.architecture, None, splits.num_classes)
seen = {
    "borrowed weights": compute_features(borrowed, splits.val),
    "random weights": compute_features(untrained, splits.val),
}

# %%
show(lesson_figures.planes(seen, splits.val.labels, splits.class_names))

# %% [markdown]
# The figure shows two of many dimensions; the nearest neighbours in the title were searched in all of them. It matters what the borrowed network was trained on:
# in the mini world, on cartoons of other classes. With fewer cartoons the last layer reaches less (`data/README.md`, *The mini world's calibration*).
#
# **So compute the features once**, and train the head on them. Here is the whole training of one run, all epochs, in ten lines:

# %%
from torch import nn

train_x = compute_features(borrowed, splits.train)  # (N, D)
val_x = seen["borrowed weights"]


def train_head(features, epochs=20):
    """A linear head trained on the features (N, D) of the training images."""
    head, labels = nn.Linear(features.shape[1], splits.num_classes), splits.train.labels
    optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
    for _ in range(epochs):
        for rows in torch.randperm(len(features)).split(32):
            loss = nn.functional.cross_entropy(head(features[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return head


head = train_head(train_x)
accuracy = (head(val_x).argmax(dim=1) == splits.val.labels).float().mean().item()
print(f"a head on stored features reaches {accuracy:.1%} of the validation images")

# %% [markdown]
# ### Exercise 1 · a head that fits (5 minutes, ★☆☆)
# A borrowed network comes with a head for *its* classes. Write `put_head`, which replaces that head by a new linear layer, for any backbone (the stages before the
# head) and any number of classes. Hint: `print(borrowed)` shows the name of the layer to replace, and the ten lines above have already made such a layer.


# %% tags=["exercise"]
def put_head(model, num_classes):
    """Replace the model's head by a fresh linear one with one logit for each class."""
    # solution
    model.head = nn.Linear(model.num_features, num_classes)
    # end solution


# %% tags=["checked"]
passed = check_head(put_head)

# %% [markdown]
# Are stored features *the same* as those of the long way, with every image sent through the network anew? On 8 images, sent as one batch, the features
# in training and in evaluation agree to the last bit. That is what "frozen" has to mean.

# %% tags=["checked"]
from course_lib.models import set_trainable, train_mode

rates = recipe.rates((*borrowed.inner_stages, "head"))
set_trainable(borrowed, rates)
train_mode(borrowed, rates)  # how the course's own loop prepares an epoch
few = normalise(splits.train.images[:8], mean, std)
while_training = borrowed.features(few)
afterwards = compute_features(borrowed, splits.train.take(range(8)))
print("same features while training:", torch.equal(while_training, afterwards))
trained = sum(p.numel() for p in borrowed.parameters() if p.requires_grad)
inputs, outputs = borrowed.num_features, splits.num_classes
print(f"parameters that learn: {trained} = {inputs} × {outputs} + {outputs}")

# %% [markdown]
# So the course's own loop stores features, as your ten lines do, whenever a recipe freezes the first stages. For a grid of last-layer recipes it trains *all
# heads at once*, as one matrix. `shortcuts=False` asks for the long way. Here are three epochs of each:

# %% tags=["checked"]
from course_lib.training import fit

start = {"architecture": numbers.architecture, "start": numbers.weights}
three = recipe.model_copy(update={**start, "epochs": 3})
long_way, short = fit(three, splits, shortcuts=False), fit(three, splits)
reached = [[epoch.val_accuracy for epoch in run.history] for run in (long_way, short)]
print("the same validation accuracy in every epoch:", reached[0] == reached[1])

# %%
long, stored = (sum(e.seconds for e in run.history[1:]) for run in (long_way, short))
print(f"two epochs the long way: {long:.2f} s")
print(f"two epochs on stored features: {stored:.3f} s, {long / stored:.0f} times faster")

# %% [markdown]
# ### Exercise 2 · when may features be stored? (8 minutes, ★★☆)
# Stored features are right as long as computing them again would give the same numbers. For which recipes is that so? Write `can_be_stored`. Hint: follow
# an image from the disk to the head, and ask at each step what could be different in the next epoch. Above you saw what a recipe does to the *stages*;
# what it does to the *images* (lesson 07) is one of the settings that `print(recipe)` shows.


# %% tags=["exercise"]
def can_be_stored(recipe, inner_stages):
    """Whether the head's input for each training image is the same in every epoch."""
    # solution
    frozen = all(recipe.rate_of(stage) == 0 for stage in inner_stages)
    return frozen and not recipe.augmentation
    # end solution


# %% tags=["checked"]
passed = check_storable(can_be_stored)

# %% [markdown]
# ## Break it
# `requires_grad = False` stops the *gradients*. It does not stop BatchNorm [4], which updates its running mean and variance in every forward pass of
# `model.train()`. Published code has made this mistake: [VirTex](https://github.com/kdexd/virtex/issues/16) when it scored its features with a linear layer
# (reported in 2020), and [PyTorch Lightning](https://github.com/Lightning-AI/pytorch-lightning/issues/15062) in its class for fine-tuning (reported in 2022).
# Watch one epoch of it:

# %%
from course_lib.models import snapshot


def run_epoch(model, order):
    """Send the training images through a network in this order; nothing learns."""
    model.train()  # the usual line, and the mistake
    with torch.no_grad():
        for rows in order.split(32):
            model(normalise(splits.train.batch(rows)[0], mean, std))


careless = start_model(numbers.architecture, numbers.weights, splits.num_classes)
for parameter in careless.stages.parameters():
    parameter.requires_grad_(False)
before = snapshot(careless)
run_epoch(careless, torch.randperm(len(splits.train)))
passed = check_frozen(before, careless)

# %%
stages = (*careless.inner_stages, "head")
show(lesson_figures.drift(before, careless.state_dict(), stages))

# %% [markdown]
# The network no longer computes the features that the head was trained on. What does that *cost*? Take the head from above, trained on the stored features
# of the untouched network, and put it on the changed (*drifted*) one. A second head is trained on the drifted features, as it would be if the drift came
# before the training. And since a running statistic depends mostly on the last batches, let one network drift with images that come class by class, too.

# %%
in_files = start_model(numbers.architecture, numbers.weights, splits.num_classes)
run_epoch(in_files, splits.train.labels.argsort(stable=True))  # class by class
new_head = train_head(compute_features(careless, splits.train))
pairs = {
    "untouched network": (borrowed, head),
    "drifted, images mixed": (careless, head),
    "drifted, images class by class": (in_files, head),
    "drifted, images mixed; head trained after the drift": (careless, new_head),
}
right = {}
for name, (network, its_head) in pairs.items():
    guessed = its_head(compute_features(network, splits.val)).argmax(dim=1)
    right[name] = analysis.outcomes(splits.val.labels, guessed)
    accuracy = analysis.accuracy_interval(right[name].count("1"), len(splits.val))
    cost = analysis.paired_difference(right[name], right["untouched network"])
    print(f"{name}: {accuracy} of the validation images; difference {cost}")

# %% [markdown]
# The second line is the price: in the mini world, one epoch of `train()` costs this head about 25 points, and more if the images come class by class. The
# last line says why. A head that is trained *after* the drift shows no loss: a loss of more than a few points is unlikely here (see the interval), a
# smaller one is possible. So the new features are hardly worse than the old. They are *different*, and the first head was trained for the old ones. In a
# real training the head learns while its features keep changing, and features stored on disk soon belong to another network. Where the new images look
# very different from the old ones, new statistics can even help [5], but then compute them on purpose, once, and train the head afterwards.
#
# ### Exercise 3 · freeze it properly (5 minutes, ★★☆)
# Write `freeze` so that *nothing* in the inner stages changes in the training steps that follow. Hint: `check_frozen` above says what moved although its
# gradients were off. Which line of `run_epoch` made it move? And which stages does that line reach, and which may it reach?


# %% tags=["exercise"]
def freeze(model):
    """Freeze every stage before the head completely; leave the head ready to learn."""
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
# seeds on `data`. In the mini world the sizes of the parts are the homework's, but the images are drawn. So compare the order and the gaps, not the digits. A row
# *edge* in the second table says *highest* where validation chose the highest rate of the grid: then a higher one may be better.

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
print(f"validation accuracy in the grid {chosen['val_accuracy']:.2%}")
print(f"validation accuracy, trained again {again.val_accuracy:.2%}")

# %% tags=["report"]
from course_lib.training import predict_probabilities

test = splits.test.open()
probabilities = predict_probabilities(again.model, test, again.mean, again.std)
show(mistakes.worst(test, probabilities, splits.class_names))

# %% [markdown]
# These are the mistakes that the homework prints of its last layer:

# %%
pd.DataFrame(homework.printed_mistakes("last_layer")).set_index("figure")

# %% [markdown]
# How certain is an accuracy on 236 test images? One image is 0.42 points; the printed 80.50 % (190 images) has a [95 % interval](../statistics.md#wilson-interval) of its own:

# %% tags=["checked"]
for optimizer in ("sgd", "adam"):
    printed = homework.printed_result("last_layer", optimizer)
    interval = analysis.accuracy_interval(printed.test_correct, printed.num_test)
    images = f"{printed.test_correct} of {printed.num_test} images"
    print(f"{optimizer:<4} {images}: {interval}")

# %% [markdown]
# The printed results of the two optimisers differ by three images. That is too few to show a difference, and the homework claims none.
#
# ### What the homework claims
# The homework's sentences on the last layer are tested on the finished runs. The table says what was measured (*tested*), the range of effects that would
# support the sentence (*claimed*), and the measured effect with its 95 % interval. A claim is [*reproduced*](../statistics.md#verdict) when the whole
# interval lies inside the claimed range, *contradicted* when the whole interval lies outside, and *undecided* otherwise. It is undecided, too, if
# validation chose a rate at the grid's edge. Some claims are about both optimisers. Then the table shows the one that decided the verdict, and the column
# *reason* names it: "last_layer − scratch, sgd (of 2)" means that there are two such differences, one for each optimiser, and this is the one with SGD. An
# interval of accuracies covers both training again with other seeds and testing on other images. That the last layer is *faster* is not tested where the
# runs were trained on stored features: the homework sent every image through the whole network. `course claims` judges all claims.
#
# *Calibrated* marks a decided verdict that is no finding: the mini world was adjusted until the homework's order (from scratch < last layer <
# full) appeared. `data/README.md` shows the other settings that were tried, and the orders that they gave. Only real cartoons test this order: `data =
# "pacs:cartoon"`.

# %% tags=["report"]
chosen_claims = [
    "last-layer-beats-scratch",
    "last-layer-gain",
    "last-layer-smoother",
    "last-layer-no-overfitting",
    "last-layer-faster",
]
settings = {"profile": profile, "data": data, "seeds": seeds}
show_claims(chosen_claims, **settings)

# %% [markdown]
# ## Remember
# - The head's input for an image is one row of numbers that never changes: compute it once, and a whole grid costs less than one ordinary run.
# - Frozen means parameters *and* running statistics. `requires_grad = False` freezes the parameters; the mode of the BatchNorm layers freezes the statistics.
# - The accuracy of the last layer measures how well the *features* suit the new classes. If it is low, let the filters change, too (lesson 05).

# %% [markdown]
# ## Your own experiment (20 minutes)
# **Your own last layer in 60 seconds.** Fifty epochs of a last layer take a few seconds at most, so you can afford several seeds. Change *one* thing: a
# hidden layer (`hidden=(64,)`), `weight_decay`, `batch_size`, the rate, fewer epochs. Before you train, write down one claim with a number, e.g. "a hidden
# layer of 64 units gains at least 1 point". Then write three sentences: the claim, the interval, the conclusion. These lines are a start; they average
# each image over the seeds:
#
# ```python
# def train(seed, **settings):
#     """Which validation images a last layer gets right, one sign for each image."""
#     common = {"lr": 0.01, "optimizer": "adam", "epochs": 50, "batch_size": 64}
#     run = fit(Recipe.last_layer(**{**start, **common, **settings}), splits, seed=seed)
#     guessed = predict_probabilities(run.model, splits.val, run.mean, run.std).argmax(dim=1)
#     return analysis.outcomes(splits.val.labels, guessed)
#
# plain, mine = ([train(seed, **each) for seed in range(5)] for each in ({}, {"hidden": (64,)}))
# print(analysis.paired_difference(mine, plain))
# ```
#
# | points | what they are for |
# |---|---|
# | 2 | the claim was written down before training; it has a number and could turn out wrong |
# | 1 | the two recipes differ in one thing, and all seeds that were trained are reported |
# | 1 | validation images only: the test set is not opened a second time |
# | 2 | the difference has its 95 % interval, and the interval (not the estimate) decides: *holds*, *does not hold* or *undecided* |

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (6 of 6).* "Claim, written before training: a hidden layer of 64 units gains at least 1 point of validation accuracy. The two recipes differ in `hidden`
# only; I trained seeds 0 to 4 of each and report all: 89.0 % without and 89.5 % with the layer, on average. Difference: +0.4 points [−1.0, 1.9] on the 421 shared
# validation images. My claim is *undecided*: the interval reaches from below 0 to above 1. For one point, these images are too few. I did not open the test set."
#
# *A flawed one (3 of 6).* "Claim, written before training: a hidden layer of 64 units gains at least 1 point. The best run with the layer reaches 90.0 %, a run without
# it 88.6 %. That is 1.4 points, so the claim holds." The claim was there first (2 of 2), and the test set stayed closed (1 of 1). But the seeds were picked: the best
# of one recipe beside the worst of the other (0 of 1). There is no interval, so nothing is decided (0 of 2).

# %% [markdown]
# ## References
# 1. V. Michal: *Fine-Tuning and Transfer Learning*, DLE Homework 3, a report on the [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start)
#    of the course BEV033DLE, Czech Technical University in Prague. The course calls it *the homework* and keeps its printed numbers in
#    `data/papers/homework/`.
# 2. J. Donahue et al.: *DeCAF: A Deep Convolutional Activation Feature for Generic Visual Recognition*, 2014. [arXiv:1310.1531](https://arxiv.org/abs/1310.1531)
# 3. A. Sharif Razavian, H. Azizpour, J. Sullivan, S. Carlsson: *CNN Features off-the-shelf: an Astounding Baseline for Recognition*, 2014.
#    [arXiv:1403.6382](https://arxiv.org/abs/1403.6382)
# 4. S. Ioffe, C. Szegedy: *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift*, 2015.
#    [arXiv:1502.03167](https://arxiv.org/abs/1502.03167)
# 5. Y. Li, N. Wang, J. Shi, J. Liu, X. Hou: *Revisiting Batch Normalization For Practical Domain Adaptation*, 2016.
#    [arXiv:1603.04779](https://arxiv.org/abs/1603.04779)
# 6. K. He, X. Zhang, S. Ren, J. Sun: *Deep Residual Learning for Image Recognition*, 2016: the network. [arXiv:1512.03385](https://arxiv.org/abs/1512.03385)
# 7. D. P. Kingma, J. Ba: *Adam: A Method for Stochastic Optimization*, 2015. [arXiv:1412.6980](https://arxiv.org/abs/1412.6980)
