# %% [markdown]
# # 07 · Augmentation
# **Which transforms help, and does their order explain the rows that collapsed?**
#
# With 189 training images (lesson 06) every image is precious. Augmentation tries to get more out of each image: it shows the image slightly changed in
# every epoch [3]. *The homework* is the report [1] of a student who fine-tuned a ResNet-18 to the cartoons of PACS [2]. Its Section VII, *Training data
# augmentation*, prints 27 augmentations and "none" in Table VIII. Five rows fall by 44 points or more from validation to test. We test one
# explanation. Numbers in brackets refer to the list at the end.
#
# **You will** see what each transform does to an image, measure all 28 rows with intervals, move one line of code and watch a model fail although its
# validation accuracy is good. In the optional part *Further* you compute how high an accuracy luck alone can reach on 47 images. **Time** 45 minutes;
# *Further* takes another 45. **Cost** less than a minute on a laptop with the finished runs that come with the course; `course study augmentation --recompute`
# and `course study augmentation_order --recompute` train them all again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import numpy as np
import pandas as pd
import torch

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.data import DataSpec, prepare
from course_lib.data.augmentation import ColorJitter, GaussianBlur, RandomAffine, augment
from course_lib.figures.homework import augmentation
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import ORDER_ROWS, TABLE_VIII, get_profile
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.homework import check_flip, check_luck, check_order

numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# 27 augmentations: jitter of the colours, flips, rotations by up to 60 degrees, blur. **Commit to a guess**: by how many points of test accuracy does the
# best of them beat training without augmentation? The homework's goal was two points, from 78 to 80 %.

# %%
guess = Prediction(
    "gain of the best row, points of test accuracy",
    None,  # replace None by a number, e.g. 8, or by a range, e.g. (-10, 10)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# A row of Table VIII is a tuple of transforms. Their parameters are drawn anew for every image and every epoch.

# %% tags=["checked"]
turned = "RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg)"
for name in ("none", "ColorJitter(hue=0.05)", turned):
    print(f"{name}: {[type(step).__name__ for step in TABLE_VIII[name]]}")
print(len(TABLE_VIII), "rows")

# %% [markdown]
# Here is one training image after some of these augmentations, three draws of each. An augmentation is fair if *you* would still see the same class in it.

# %% tags=["report"]
splits = prepare(DataSpec(source=data, size=numbers.size, few_shot=True))
images = splits.train.images  # (N, 3, H, W) uint8
middle = len(images) // 2
class_name = splits.train.class_names[splits.train.labels[middle]]
flip = "RandomHorizontalFlip(p=0.5), RandomAffine(± 60 deg)"
samples = {
    name: TABLE_VIII[name] for name in ("RandomInvert(p=0.5)", "GaussianBlur(27)", flip)
}
samples["± 60°, corners filled with 0"] = (RandomAffine(degrees=60),)
show(augmentation.samples(images, middle, class_name, samples), colors=64)

# %% [markdown]
# Your turn: every kind of transform of Table VIII has a slider here. How far can each go before *you* would hesitate to name the class? On the right is what
# the network is given. Leave the last control alone for now: it moves the normalisation, and "Break it" shows what that does. (The sliders need a running
# kernel: a stored notebook shows nothing here.)

# %%
from functools import partial

some = splits.train.take(range(0, len(splits.train), 4))
figures.explorers.explore(
    partial(
        figures.explorers.augmented_batch, some.images, some.labels, some.class_names
    ),
    **figures.explorers.augmentation_controls(),
    stored=False,
)

# %% [markdown]
# All 28 rows: full fine-tuning with SGD at the two rates that Table VIII prints. Finished runs are loaded, not repeated.

# %%
records = run_study("augmentation", profile, data, seeds)
rows = homework.by_augmentation(records, TABLE_VIII)
gains = homework.augmentation_gains(rows)
kinds = {name: homework.augmentation_kind(TABLE_VIII[name]) for name in gains}
best = max(gains, key=lambda name: gains[name].estimate)

# %%
guess.compare(100 * gains[best].estimate)
show_text(f"most test accuracy is gained by {best}: {gains[best]}")

# %% [markdown]
# The figure shows what each row gains over "none". Both were tested on the same images and trained from the same seeds, so the comparison is [paired](../statistics.md#paired-difference). Hollow:
# printed, one run each.

# %% tags=["report"]
show(augmentation.gains(gains, kinds, homework.printed_gains()))

# %% [markdown]
# Read the figure with care: of 27 intervals of 95 %, one or two may miss the truth, and the best row is best partly by luck. So look at *groups* of rows:
# do the rows of a group agree? But a mean of many rows can mislead, too. All rows subtract the same few runs of "none". If these came out badly by chance,
# the gains of all rows are too high together. So each seed gives *one* number: its mean over the rows of a group, minus the "none" of the same seed. The
# interval is over these numbers (and the test images).

# %% tags=["report"]
homework.groups_table(rows, kinds).rename_axis("points gained")

# %% [markdown]
# ## Explain
# **Rotation** moves the corners out of the picture and must fill the empty corners with something else. How much of an image is filled?

# %%
white = torch.ones(500, 3, numbers.size, numbers.size)
outside = {}
for degrees in (1, 5, 7, 10, 22, 30, 45, 60):
    generator = torch.Generator().manual_seed(0)
    turned = augment(white, (RandomAffine(degrees=degrees),), generator)
    outside[f"± {degrees}°"] = f"{(1 - turned).mean():.1%}"
pd.DataFrame({"comes from outside, on average": outside}).T

# %% [markdown]
# Which colour does the filled part have? `RandomAffine` fills it with 0. For an image in [0, 1] that is black, as in the last line of pictures above. For a
# normalised image it is the mean colour. Our runs of Table VIII fill with the mean colour, as the homework's did if it rotated normalised images. Black corners
# would be a mark that no test image has. So if you move a rotation before `Normalize`, set the fill colour as well. Large angles have a second drawback: the
# network learns from images that lie on their side, and no test image lies on its side.

# %% [markdown]
# ## Break it
# A change of brightness within 1 % is invisible. Yet its printed row has a test accuracy of 17.46 %, close to the 14 % of guessing one class of seven, after
# a validation accuracy of 78.72 %. The homework's explanation: true colours matter for cartoons. Here is another hypothesis: the transforms stand *after*
# `Normalize`, and validation images pass through them, too. Nothing warns of it: `Compose` takes any order, and one pipeline for training and validation is
# easily written. `ColorJitter` is made for values from 0 to 1 and *clips* all others [4]. Look at the values.

# %%
from course_lib.data import channel_statistics
from course_lib.training.inputs import normalise

mean, std = channel_statistics(splits.train)
jitter = (ColorJitter(brightness=0.01),)
plain = normalise(images, mean, std)
jittered = augment(images / 255, jitter, torch.Generator().manual_seed(0))
before = normalise(255 * jittered, mean, std)
after = augment(plain, jitter, torch.Generator().manual_seed(0))

# %% tags=["report"]
show(augmentation.jittered_values(plain, before, after))

# %% [markdown]
# The same as pictures: everything darker than the mean colour becomes the mean colour. Outlines, eyes and shadows are gone before training begins.

# %% tags=["report"]
show(augmentation.jittered_pictures(images, after, mean, std), colors=64)

# %% [markdown]
# So the order *could* do harm. To test it, train the rows in question, and two that should not suffer, in three ways: before `Normalize`, after it, after
# it in validation too. **Guess** first: does the mistake still hurt when the validation images are clean, so that validation can choose the epoch that
# suffers least?

# %%
mistaken = run_study("augmentation_order", profile, data, seeds)
orders = {"before Normalize": {name: rows[name] for name in ORDER_ROWS}}
spelled = {
    "after Normalize": "after_normalisation",
    "after, in validation too": "after_normalisation_and_in_val",
}
for order, name in spelled.items():
    runs = analysis.select(mistaken, augmentation_order=name)
    orders[order] = homework.by_augmentation(runs, TABLE_VIII)

# %% [markdown]
# A row has *collapsed* if it is not clearly better than naming the largest class for every image. The share of that class among the images is the line in
# the figure. (The few-shot test images are the training and validation images of the large set, so their classes may be counted.) Dotted intervals are of
# one printed run and its test images, solid ones of a mean over seeds.

# %%
large = prepare(DataSpec(source=data, size=numbers.size))
labels = large.train.joined_with(large.val).labels
largest = np.bincount(labels).max() / len(labels)

# %% tags=["report"]
measured = homework.order_accuracies(orders, ORDER_ROWS)
show(augmentation.orders(measured, largest))

# %% [markdown]
# What did validation show? Where validation images were damaged in the same way as training images, the model looked good on them, and the accuracy falls from
# validation to test. Compare the falls with the printed ones. They need not be of the same size, as the validation images are not the same.

# %% tags=["report"]
falls = homework.falls_table(orders, ORDER_ROWS)
falls.rename(index=figures.short_name).rename_axis("test − validation (points)")

# %% [markdown]
# **Does the order explain the rows that collapsed?** Compare the *test accuracies*, not the falls: the falls start from different validation accuracies.
# *Printed − measured* has the errors of both, and *differ* says whether its interval leaves out 0.

# %% tags=["report"]
wrong = measured["after, in validation too"]
printed = homework.printed_accuracies(ORDER_ROWS)
jitters = [name for name in ORDER_ROWS if name.startswith("ColorJitter")]
for origin, found in (("Measured", wrong), ("Printed", printed)):
    fallen = sum(found[name].low <= largest for name in jitters)
    print(f"{origin}: {fallen} of {len(jitters)} colour jitters", end=" ")
    print(f"not clearly better than naming the largest class ({largest:.1%})")
homework.ends_table(wrong, ORDER_ROWS).rename(index=figures.short_name)

# %% [markdown]
# In these rows the order *and* the validation images were changed. *After Normalize* in the figure changes the order alone: where its rows are at the
# line, too, the order is enough to make a row collapse *on these images*. That does not prove that it happened in the homework, whose images, sizes and
# borrowed weights were others. In any case the remedy costs nothing: **augment in [0, 1], normalise last, and leave validation alone.**
#
# ### Exercise 1 · flip each image with its own coin (10 minutes, ★☆☆)
# torchvision's `RandomHorizontalFlip` on a batch tosses one coin for the whole batch. Write a flip that tosses one coin for each image, and leaves its input
# as it was.
# Hint: how many random numbers does a batch of N images need? And which shape must the coins have, so that one of them decides about 3 × H × W values?


# %% tags=["exercise"]
def flip_some(images, p, generator):
    """Images (N, 3, H, W), each with left and right swapped with probability p."""
    # solution
    chosen = torch.rand(len(images), generator=generator) < p
    return torch.where(chosen[:, None, None, None], images.flip(-1), images)
    # end solution


# %% tags=["checked"]
passed = check_flip(flip_some)

# %% [markdown]
# ### Exercise 2 · find the wrong order (5 minutes, ★★☆)
# Here is the mistake, written with torchvision's transforms. Return a `Compose` of the same steps in an order that is right for images in uint8.
# Hint: a `Compose` keeps its steps in a list, `compose.transforms`. For each step, ask which range of values it expects.

# %%
from torchvision.transforms import v2

given = v2.Compose(
    [
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(mean.tolist(), std.tolist()),
        v2.RandomHorizontalFlip(),
        v2.ColorJitter(brightness=0.01),
    ]
)


# %% tags=["exercise"]
def repaired(compose):
    """The same steps, with the normalisation in the right place."""
    # solution
    return v2.Compose(
        sorted(compose.transforms, key=lambda step: isinstance(step, v2.Normalize))
    )
    # end solution


# %% tags=["checked"]
passed = check_order(repaired, given)

# %% [markdown]
# ## Printed and measured
# Table VIII, all 28 rows, beside our runs. Each seed chooses its own rate and epoch by validation, as the homework did once.

# %% tags=["report"]
table = homework.augmentations_printed_and_measured(rows).set_index("augmentation")
table.index = [figures.short_name(name) for name in table.index]
table[[name for name in table if name.split(",")[0] in ("lr", "epoch", "val", "test")]]

# %% [markdown]
# ### What the homework claims
# Here the homework's claims about augmentation are tested on finished runs. A claim is *reproduced* when the 95 % interval of the effect lies wholly
# inside the range under *claimed*, *contradicted* when it lies wholly outside, and *undecided* otherwise, or when a best rate is at the edge of its grid:
# then a rate that nobody tried may be better. A claim about several rows must hold for each. For a printed number, the claimed range goes from half of it
# to twice as much. `course claims` judges all claims.

# %% tags=["report"]
chosen = [
    "colour-hurts",
    "inversion-does-not-hurt",
    "blur-not-significant",
    "flip-gain",
    "rotation-helps-flip",
    "angle-best-10",
    "goal-80",
]
show_claims(chosen, profile=profile, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - A change that the test images show, too, and that leaves the class visible, *may* help. In the runs that come with the course, no row alone is clearly
#   better than "none"; three are worse. Judge groups of rows, paired, with intervals.
# - Does the order explain the rows that collapsed? It is enough to make rows collapse: in the runs that come with the course, none of the five colour
#   jitters, applied after `Normalize` and in validation too, is clearly better than naming the largest class. The two rows that should not suffer do not.
#   Two printed rows, hue above all, have a higher test accuracy than in these runs.
# - Augment in [0, 1], normalise last, leave validation alone. A transform after normalisation can destroy images, and an augmented validation set will not
#   show it.
#
# ## Further
# Four optional parts: the best row, epoch by epoch (3 minutes), a surprise about blur (8 minutes), the luck of the best of 250 tries (15 minutes), and an
# experiment of your own (20 minutes).
#
# ### The best row, epoch by epoch
# Figures 25–27 of the homework, for the row that came out best here. Compare the training loss with lesson 06: each epoch brings images that the network has
# not seen in exactly this form, so it cannot learn them by heart as fast.

# %% tags=["report"]
show(augmentation.learning(best, rows[best], len(splits.val)), colors=32)

# %% [markdown]
# ### Blur: four rows are one experiment
# `GaussianBlur(27)` does not blur more than `GaussianBlur(13)`: how *much* is blurred depends on sigma, which is drawn anew for every image, from 0.1 to 2
# pixels in every row. The kernel size only says where the Gaussian is cut off. With sigma 2 and a cut six pixels from the centre, hardly anything is left
# to cut.

# %%
sample = images[:50] / 255
blurs = {}
for size in (1, 3, 7, 13, 17, 23, 27):
    steps = (GaussianBlur(kernel_size=size, sigma=2),)
    blurs[size] = augment(sample, steps, torch.Generator())
change = {}
for size, blurred in blurs.items():
    moved, apart = (255 * (blurred - other).abs().mean() for other in (sample, blurs[27]))
    change[f"kernel {size}"] = [f"{moved:.2f} of 255", f"{apart:.2f} of 255"]
pd.DataFrame(change, index=["moved from the image", "moved from kernel 27"])

# %% [markdown]
# So the rows with kernels 13 to 27 are *the same experiment*, printed four times (unless a sigma was set; the table names none). "None" and kernel 1 are
# also one experiment, printed twice. The differences between such printed numbers are noise, so they show how large the noise is in a table without
# intervals. Our own runs draw the same sigmas for the same seed, and our numbers are means over seeds, so they should differ less.

# %% tags=["report"]
homework.same_experiments_table(rows)

# %% [markdown]
# The effect of a blur in pixels also depends on the image size. Here is the same giraffe, drawn with 48 pixels and with the 227 of the PACS images: at the
# larger size the same row is hardly a blur. If you copy a blur from a paper, check its image size, too.

# %% tags=["report"]
from course_lib.data.mini import draw

scale = {}
for size in (48, 227):
    drawn = draw("giraffe", "cartoon", range(4), size=size) / 255
    blurred = augment(drawn, (GaussianBlur(kernel_size=27, sigma=2),), torch.Generator())
    moved = f"{255 * (blurred - drawn).abs().mean():.0f} of 255"
    width = f"{2 / size:.1%} of the width"
    scale[f"{size} pixels"] = {"sigma 2 is": width, "moves a value by": moved}
pd.DataFrame(scale).T

# %% [markdown]
# ### The best of 250 tries
# The validation column of Table VIII says 97.87 % again and again: 46 of 47 images, in 8 of 28 rows. Each of these numbers is the *best of 250* (5 rates × 50
# epochs). How high is the best of 250 tries if all of them are equally good?
#
# ### Exercise 3 · the best of many (10 minutes, ★★☆)
# A model is right for an image with probability `accuracy`. What is the probability that the best of `num_tries` independent tries gets `num_right` of
# `num_images` right, or more?
# Hint: what has to happen to every single try so that the best one does *not* get there? Note that `binom.cdf(k, n, p)` counts k itself.

# %% tags=["exercise"]
from scipy.stats import binom


def chance_of_luck(accuracy, num_right, num_images, num_tries):
    """Probability that the best of independent tries gets `num_right` images or more."""
    # solution
    return 1 - binom.cdf(num_right - 1, num_images, accuracy) ** num_tries
    # end solution


# %% tags=["checked"]
passed = check_luck(chance_of_luck)

# %% [markdown]
# Independent tries are one extreme. Real tries are alike: they fail on the same hard images, so choosing the best gains less. How strongly are the outcomes
# of our tries correlated? Take the later epochs of "none", two rates and all seeds:

# %%
late = []
for run in rows["none"]:
    late += [e["val_accuracy"] for e in run["history"][len(run["history"]) // 3 :]]
correlation = analysis.correlation_of_tries(late, len(splits.val))
highest = analysis.mean_score(analysis.best_runs(rows["none"]), "val").estimate
print(
    f"'none', {len(late)} later epochs: {np.mean(late):.1%} of {len(splits.val)} images"
)
print(f"the chosen epochs: {highest:.1%}")
print(f"correlation of two tries, from how little they differ: {correlation:.2f}")

# %% tags=["report"]
show(augmentation.luck(correlation), colors=32)

# %% [markdown]
# The rows that print 46 of 47 have test accuracies between the first and the last line of the next table. If such a test accuracy is the true one, with which
# probability does the best of 250 tries show 46 of 47 by luck?

# %% tags=["report"]
chances = pd.DataFrame(homework.luck_chances(correlation))
chances.rename(index="{:.1%}".format).rename_axis("true accuracy").map("{:.1%}".format)

# %% [markdown]
# **Read the two columns as a range.** The homework's tries were not independent, so *independent tries* is too high. And they were not as alike as ours,
# so the other column is a *lower bound*, for two reasons. Ours are late epochs, in which a network hardly changes, at the two best rates; the homework's
# 250 are all epochs at five rates. And ours are without augmentation, while the rows that print 46 of 47 draw new images in every epoch. The more tries
# differ, the better the luckiest one is. So the probability of 46 of 47 by luck lies between the two columns if all tries are about equally good. Poor
# rates and early epochs hardly count as tries, so it may also be lower. The runs at hand cannot say how much.
#
# There is a second explanation: these 47 images may be easier than the test images. That eight rows print 46 of 47 does not decide between the two, since
# all rows were validated on the *same* 47 images. In either case one image is 2.1 points, so the validation column cannot rank rows that are an image or
# two apart. The test column has 2108 images, so it can rank rows, within its intervals. More on choosing by few images: [5].
#
# ### Your own experiment: a recipe in 60 seconds (20 minutes)
# Which augmentation would *you* give these images? Choose one, of Table VIII or with parameters of your own, and compare it with none or with another one. Both
# recipes train for at most 60 seconds together. **First write down one claim**, e.g. "A flip adds at least one point of test accuracy." Then run the cell, and
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
from course_lib.training import Recipe

common = {"architecture": numbers.architecture, "start": numbers.weights}
common |= {"lr": 0.001, "epochs": 4}
flip = TABLE_VIII["RandomHorizontalFlip(p=0.5)"]
recipes = {  # change these two
    "flip": Recipe.full(augmentation=flip, **common),
    "none": Recipe.full(**common),
}
compare_recipes(recipes, splits, seeds=3)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: four epochs of Adam at 0.001 on 189 drawings gain at least one point of test accuracy from a flip. Both recipes are equal
# but for the flip. I ran the cell once, with three seeds. The claim is supported only if both intervals lie above one point. If one of them reaches below
# one point, the claim is undecided: the interval over the images says what other test images would change, the one over the seeds what training again
# would change. With four epochs the flip has hardly had time to matter, so the verdict is about four epochs."
#
# *A flawed one (2 of 5).* "Colour jitter is useless. I tried eight jitters and none of them had a higher test accuracy than 'none' by more than a point." Eight
# recipes were tried, and that is said (1 point); each differs from 'none' in one thing (1 point). But there was no claim before the runs, no interval is given,
# and 'useless' does not follow: a gain of a point may be hidden in intervals of three.

# %% [markdown]
# ## References
# 1. V. Michal: *Fine-Tuning and Transfer Learning*, DLE Homework 3, a report on the [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start)
#    of the course BEV033DLE, Czech Technical University in Prague. The course calls it *the homework*.
# 2. D. Li, Y. Yang, Y.-Z. Song, T. M. Hospedales: *Deeper, Broader and Artier Domain Generalization*, 2017. [arXiv:1710.03077](https://arxiv.org/abs/1710.03077)
# 3. C. Shorten, T. M. Khoshgoftaar: *A survey on Image Data Augmentation for Deep Learning*, 2019.
#    [doi:10.1186/s40537-019-0197-0](https://doi.org/10.1186/s40537-019-0197-0)
# 4. PyTorch contributors: *Transforming images, videos, boxes and more*, [torchvision's documentation](https://docs.pytorch.org/vision/stable/transforms.html).
# 5. G. C. Cawley, N. L. C. Talbot: *On Over-fitting in Model Selection and Subsequent Selection Bias in Performance Evaluation*, 2010.
#    [JMLR 11](https://jmlr.org/papers/v11/cawley10a.html)
