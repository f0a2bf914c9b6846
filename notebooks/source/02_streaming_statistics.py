# %% [markdown]
# # 02 · Streaming statistics
# **How do you find the mean and the deviation of images that never fit into memory together?**
#
# Before a network sees an image, a mean is subtracted from each colour channel, and the result is divided by a standard deviation. These two numbers per
# channel are taken over *all pixels of all training images*. This is Section II of the homework [1], Eqs. (1) and (2). Numbers in brackets refer to the list at
# the end.
#
# **You will** derive and write a formula for one pass and almost no memory, find out what the two numbers say about an image (and
# what they do not), and break three formulas that look right. **Time** 35 minutes. **Cost** seconds on a laptop; nothing is trained.

# %% tags=["parameters"]
profile = "mini"  # "smoke" tries three orders of the stream, "mini" and "paper" five
data = "mini:cartoon"  # any source of `course data list`, e.g. "folder:/my/pictures"
seeds = None  # random orders of the stream; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from functools import reduce

import numpy as np
import pandas as pd
import torch

from course_lib.analysis.homework import printed_channels
from course_lib.data import DataSpec, Moments, PixelHistogram, iter_native_images, prepare
from course_lib.figures.homework import statistics as lesson_figures
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_text
from course_lib.teaching.checks.homework import (
    check_mean_and_std,
    check_merge,
    check_training_statistics,
)

numbers = get_profile(profile)
num_orders = seeds or numbers.seeds

# %% [markdown]
# ## Predict
# Pixel values run from 0 (dark) to 1 (bright). For photographs (ImageNet) the red channel has mean 0.485 and standard deviation 0.229. Cartoons often stand
# on white paper. **Commit to two guesses** for the cartoons: is their mean higher? And is their deviation higher or *lower*, now that so many pixels have the
# same value?

# %%
guess_mean = Prediction(
    "mean of the red channel",
    None,  # replace None by a number, e.g. 0.6, or by a range, e.g. (0.5, 0.7)
    reveal=reveal,
)
guess_std = Prediction(
    "standard deviation of the red channel",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# The images come one after another, each at its own size. We keep a small *summary* of each image and discard its pixels. `Moments` holds three things: how
# many pixels there are, their mean and their variance (for each channel). `PixelHistogram` counts how often each of the 256 values occurs. A stream needs
# only one summary: that of everything read so far. Here we keep the summary of every image, so that we can try many orders without decoding any image again.

# %%
moments, histograms = {}, {}
for name, image in iter_native_images(data, progress=False):  # image: (3, H, W) uint8
    moments[name] = Moments.of(image)
    histograms[name] = PixelHistogram().update(image)

# %% [markdown]
# Which of these images may we use? The homework took its whole train folder, that is, training and validation images. We start with the same images. Further
# below (*Whose pixels?*) we ask what that choice changes.

# %% tags=["checked"]
splits = prepare(DataSpec(source=data, size=numbers.size))
folder = sorted((*splits.train.names, *splits.val.names))  # class by class
num_pixels = sum(moments[name].count for name in folder)
print(f"{len(folder)} images in the train folder, {num_pixels:,} pixels in each channel")
print(f"held as floats: {num_pixels * 3 * 4 / 2**20:,.0f} MB")
print("kept while streaming: 7 numbers (a count, 3 means, 3 variances)")

# %% [markdown]
# ### How two summaries become one
# One part has $n$ pixels with mean $\mu_n$ and variance $\sigma_n^2$, the other $m$ pixels with $\mu_m$ and $\sigma_m^2$. Sums add up, so
# the common mean is
#
# $$\mu = \frac{n\,\mu_n + m\,\mu_m}{n+m}.$$
#
# For the variance, measure the first part's deviations from the *common* mean. Write $x-\mu = (x-\mu_n) + (\mu_n-\mu)$, square, and
# sum. The mixed term vanishes, because deviations from a part's own mean sum to zero:
#
# $$\sum_{x \in \text{part } n} (x-\mu)^2 = n\,\sigma_n^2 + n\,(\mu_n-\mu)^2, \qquad \mu_n-\mu = \frac{m}{n+m}\,(\mu_n-\mu_m).$$
#
# The same holds for the other part with $n$ and $m$ exchanged. Add both, divide by $n+m$, and you have Eq. (1) of the homework (which takes it from [2]; see
# also [3]):
#
# $$\sigma^2 = \underbrace{\frac{n\,\sigma_n^2 + m\,\sigma_m^2}{n+m}}_{\text{spread inside the parts}}
# + \underbrace{\frac{m\,n}{(m+n)^2}\,(\mu_m-\mu_n)^2}_{\text{spread between the parts}}.$$
#
# ### Exercise 1 · write the merge (5 minutes, ★★☆)
# Hint: try two cases in your head before you run the check. Two parts with the same mean: which term is left? Two single pixels ($n=m=1$, each without
# variance) at 0 and 1: which variance do they have together, and does your function say so?


# %% tags=["exercise"]
def merge(n, mu_n, var_n, m, mu_m, var_m):
    """Mean and variance (divided by the count) of two parts together."""
    # solution
    total = n + m
    mu = (n * mu_n + m * mu_m) / total
    var = (n * var_n + m * var_m) / total + n * m / total**2 * (mu_m - mu_n) ** 2
    return mu, var
    # end solution


# %% [markdown]
# If your function passes the check, it runs over the whole stream, one image after another, starting from nothing.

# %% tags=["checked"]
if check_merge(merge):
    n, mu, var = 0, torch.zeros(3), torch.zeros(3)
    for name in folder:
        part = moments[name]
        mu, var = merge(n, mu, var, part.count, part.mean, part.var)
        n += part.count
    for what, values in (("mean", mu), ("std ", var.sqrt())):
        show_text(f"{what} " + " ".join(f"{value:.4f}" for value in values))

# %% [markdown]
# From here on we use the library's `Moments.merge`, which does the same. `streaming_statistics(batches)` of `course_lib.data` is this same loop. Watch mean and
# deviation change as the stream proceeds in the order of the files.

# %%
running = [moments[folder[0]]]
for name in folder[1:]:
    running.append(running[-1].merge(moments[name]))
measured = running[-1]
red = [f"{float(part.mean[0]):.3f}" for part in (running[0], measured)]
guess_mean.compare(float(measured.mean[0]))
guess_std.compare(float(measured.std[0]))
show_text(f"red mean after one image {red[0]}, after all {red[1]}")

# %% tags=["report"]
show(lesson_figures.running(running, folder))

# %% [markdown]
# The files come class by class, so the numbers *on the way* depend on the order: only a shuffled stream may be stopped early. Does the *final* result depend on
# the order, too?
#
# ## Explain
# Merging the summaries of two parts gives exactly the summary of all their pixels. So it cannot matter where the stream was cut, or in which order the parts
# come. Let us test this: several random orders and groups of several sizes, all compared with the histogram.
#
# The histogram is the other way to stream 8-bit images: 256 *whole numbers* per channel. Two histograms are merged by adding their counts. Sums of whole
# numbers are not rounded. Mean and deviation are computed once, at the end.


# %% tags=["checked"]
def merge_in_groups(names, size):
    """Merge the images of each group of `size`, then the groups."""
    groups = [names[start : start + size] for start in range(0, len(names), size)]
    parts = [reduce(Moments.merge, [moments[name] for name in group]) for group in groups]
    return reduce(Moments.merge, parts)


def add_histograms(names):
    """Merge the histograms of these images into one."""
    return reduce(PixelHistogram.merge, [histograms[name] for name in names])


exact, worst = add_histograms(folder), 0.0
for seed in range(num_orders):
    order = np.random.default_rng(seed).permutation(folder).tolist()
    same = torch.equal(add_histograms(order).counts, exact.counts)
    print(f"order {seed}: the histogram is the same, bit for bit: {same}")
    for size in (1, 7, 256, len(order)):
        found = merge_in_groups(order, size)
        worst = max(worst, float((found.mean - exact.mean).abs().max()))
        worst = max(worst, float((found.std - exact.std).abs().max()))
print("every order, every group size: the same to 12 digits:", worst < 1e-12)

# %% [markdown]
# ### Exercise 2 · mean and deviation from 256 numbers (5 minutes, ★★☆)
# `counts[v]` says how many pixels have the value `v` (0 … 255). Return mean and standard deviation on the scale from 0 to 1.
# Hint: ten pixels have the value 3, thirty have the value 5. How do you find their mean without writing down forty numbers? Use float64, since the counts may
# be huge.


# %% tags=["exercise"]
def mean_and_std(counts):
    """Mean and deviation, in [0, 1]; the values 0 … 255 occur `counts` (256,) times."""
    # solution
    values = torch.arange(256, dtype=torch.float64) / 255
    share = counts.double() / counts.sum()
    mean = (share * values).sum()
    return mean, (share * (values - mean) ** 2).sum().sqrt()
    # end solution


# %% [markdown]
# The check compares your two numbers with those of the library, which computes them in whole numbers. It compares twice: for a few pixels and for very many.

# %% tags=["checked"]
if check_mean_and_std(mean_and_std):
    show_text("red: mean {:.4f}, std {:.4f}".format(*mean_and_std(exact.counts[0])))

# %% [markdown]
# ### What do the two numbers mean?
# Here are the histograms of the pixels behind them. Look at the last bar, the white paper: so many pixels at 1 make the mean high.

# %% tags=["report"]
show(lesson_figures.pixel_values(exact.counts))

# %% [markdown]
# The homework could explain the mean (white paper, bright colours) but not the deviation. It noted that values spread *evenly* (uniform) in [0, 1] have
# the deviation $1/\sqrt{12} \approx 0.288$: it "approximately matches" all three. The dotted line is the histogram of evenly spread pixels.
#
# What about an explanation by the white paper? Call the pixels above 0.95 one part, *white*, and all others the second part, *colour*. Merge the two
# parts: Eq. (1) tells how much of the variance lies inside the parts and how much between them. The last row is a *control*: evenly spread values, cut at
# the same share of the pixels.

# %% tags=["report"]
values = torch.arange(256, dtype=torch.float64) / 255


def summarise(counts):
    """Count, mean and variance, each (3,); the values occur `counts` (3, 256) times."""
    n = counts.sum(dim=1)
    mean = counts @ values / n.clamp(min=1)
    squares = (values - mean[:, None]) ** 2
    return n, mean, (counts * squares).sum(dim=1) / n.clamp(min=1)


n, mu_n, var_n = summarise(exact.counts * (values > 0.95).double())  # white
m, mu_m, var_m = summarise(exact.counts * (values <= 0.95).double())  # colour
between = n * m / (n + m) ** 2 * (mu_n - mu_m) ** 2  # the second term of Eq. (1)
columns = {
    "std": exact.std,
    "std without white": var_m.sqrt(),
    "variance between the parts, %": 100 * between / exact.std**2,
}
table = pd.DataFrame({name: column.tolist() for name, column in columns.items()})
table.index = ["red", "green", "blue"]
p = float((n / (n + m)).mean())  # the share of white pixels; below: values cut there
even = [1 / 12**0.5, (1 - p) / 12**0.5, 300 * p * (1 - p)]  # means: 1 − p/2, (1 − p)/2
table.loc[f"spread evenly, cut at {1 - p:.2f}"] = even
table.round(4)

# %% [markdown]
# The last column is the share of the variance that lies *between* the two parts. It is large, but it proves nothing about white paper: cut evenly spread
# values in two at the same share, and even more of their variance lies between the parts (last row). Leave the white pixels out, and the deviation hardly
# falls. So the white paper by itself does not explain the number. The homework was right to leave the deviation unexplained.
#
# What about the even spread? Here are two invented histograms beside that of the real pixels. One is spread evenly. The other has only *two* values, chosen
# so that its mean and its deviation are those of the real channel.

# %%
mu, sigma = float(exact.mean[1]), float(exact.std[1])  # green
bright = sigma**2 / (sigma**2 + (1 - mu) ** 2)  # share of pixels that are 1 …
dark = 1 - (1 - mu) / (1 - bright)  # … and the value of all others
two_values = torch.zeros(256)
two_values[255], two_values[round(255 * dark)] = bright, 1 - bright
inventions = {
    "real green channel": exact.counts[1],
    "two values": two_values,
    "spread evenly": torch.ones(256),
}
white = 100 * bright
show_text(f"two values: {white:.0f} % white, {100 - white:.0f} % at {dark:.2f}")

# %% tags=["report"]
show(lesson_figures.same_moments(inventions))

# %% [markdown]
# Very different histograms can have the same two numbers; Anscombe [4] drew the most famous examples of this kind. (The even spread has 0.290 and not
# $1/\sqrt{12} = 0.2887$ because 8-bit pixels have 256 values from 0 to 1, ends included.) That two of the homework's three deviations lie near 0.288
# is an accident: values spread evenly would also have their mean at 0.5, and the homework's means are 0.74 to 0.81. Could the deviation have come out
# quite differently? Yes:

# %% tags=["checked"]
half = torch.tensor([0.0, 1.0]).std(correction=0)
grey = torch.full((2,), 0.5).std(correction=0)
print(f"evenly spread:          mean 0.5, std {1 / 12**0.5:.4f}")
print(f"half black, half white: mean 0.5, std {half:.4f}, the largest possible")
print(f"all the same grey:      mean 0.5, std {grey:.4f}")
mu = float(exact.mean[0])
largest = (mu * (1 - mu)) ** 0.5
show_text(f"any image of mean {mu:.2f}: std from 0 to √(μ(1−μ)) = {largest:.2f}")

# %% [markdown]
# ## Break it
# Here are three formulas that look right. **First**: average the means and the deviations of the images, or of the batches, the way one averages a loss.


# %%
def average_of_parts(size):
    """Plain averages of means and deviations (red) of groups of `size` images."""
    groups = [folder[start : start + size] for start in range(0, len(folder), size)]
    parts = [reduce(Moments.merge, [moments[name] for name in group]) for group in groups]
    means, stds = [float(p.mean[0]) for p in parts], [float(p.std[0]) for p in parts]
    return [np.mean(means), np.mean(stds)]


large = len(folder) // 2 - len(folder) // 20  # two batches and a small rest
rest = len(folder) - 2 * large
recipes = {
    "Eq. (1)": [float(exact.mean[0]), float(exact.std[0])],
    "average over images": average_of_parts(1),
    "average over batches of 8": average_of_parts(8),
    f"average over batches of {large}, {large} and {rest}": average_of_parts(large),
}
table = pd.DataFrame(recipes, index=["red mean", "red std"]).T
table["std error, %"] = 100 * (table["red std"] / table["red std"].iloc[0] - 1)
table.round({"red mean": 4, "red std": 4, "std error, %": 1})

# %% [markdown]
# Averaging deviations ignores the spread *between* the parts, the second term of Eq. (1). With small parts the result is too small. Averaging means is right
# only if all parts are equally large. A short last batch that counts as much as a full one pulls the average towards its own images. In the order of the
# files, these are mostly images of the last class.
#
# **Second**: the textbook's formula, $\sigma^2 = \overline{x^2} - \bar{x}^2$. On paper it is exact, and it can be streamed: it needs two sums, nothing else.
# In 32-bit floats it subtracts two large, nearly equal numbers as soon as the mean is large compared with the deviation [3]. That is so for temperatures in
# kelvin, for example. Add an offset to the pixels of one image, which cannot change how far they spread:

# %%
_, image = next(iter_native_images(data, progress=False))
pixels, rows = image[0].flatten().float() / 255, {}  # red channel of the first image
for offset in (0, 10, 100, 1_000, 10_000):
    x = pixels + offset  # float32
    textbook = ((x * x).mean() - x.mean() ** 2).sqrt()
    parts = [Moments(len(p), p.mean(), p.var(correction=0)) for p in x.split(1000)]
    merged = reduce(Moments.merge, parts)
    rows[offset] = {"textbook": textbook.item(), "merged by Eq. (1)": merged.std.item()}
table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("offset")
table.round(4)

# %% [markdown]
# At large offsets the textbook's formula returns nonsense, or `NaN`: the square root of a negative variance. Eq. (1) subtracts *means* from each other before
# it squares. Their difference is small, so the result keeps most of its digits in the same 32 bits.
#
# **Third**: a running sum in 32-bit floats. It works in every small test. Now add up twenty million white pixels, pixel by pixel:

# %% tags=["checked"]
ones = np.ones(20_000_000, dtype=np.float32)
print(f"sum of {len(ones):,} ones in float32: {np.cumsum(ones, out=ones)[-1]:,.0f}")
stuck = np.float32(2**24)
print("16,777,216 + 1 is still 16,777,216:", stuck + np.float32(1) == stuck)
print(f"white images of 227 × 227 pixels until then: {2**24 / 227**2:.0f}")

# %% [markdown]
# Above 2²⁴ the gap between neighbouring floats is 2, and adding 1 does nothing [5]. Libraries add in blocks and in several partial sums at a time, so they fail
# later and less visibly. Count in whole numbers instead, or merge means: a mean does not grow with the number of pixels.
#
# ### Whose pixels?
# A network in use meets images that nobody has measured, so mean and deviation must be learned beforehand from other images, just like the weights.
#
# ### Exercise 3 · the right images (5 minutes, ★☆☆)
# `histograms` maps the name of every image to its `PixelHistogram`, test images included. Which images may be used? Write `training_statistics` so that
# nobody can say you peeked. Hint: from which of `splits.train`, `splits.val` and `splits.test` are the weights of the network learned? Each of them
# knows the `names` of its images; a `PixelHistogram` has a method `merge`, a `mean` and a `std`.


# %% tags=["exercise"]
def training_statistics(splits, histograms):
    """Mean and std, each (3,), by which a network's input should be normalised."""
    # solution
    parts = [histograms[name] for name in splits.train.names]
    total = reduce(PixelHistogram.merge, parts)
    return total.mean, total.std
    # end solution


# %% tags=["checked"]
passed = check_training_statistics(training_statistics)

# %% [markdown]
# The homework used training and validation images together. All summaries are there already, so the statistics of every subset cost nothing:

# %%
few = prepare(DataSpec(source=data, size=numbers.size, few_shot=True))
parts = {
    "training images": splits.train.names,
    "training and validation (the homework)": folder,
    "few-shot: training images": few.train.names,
    "few-shot: training and validation": (*few.train.names, *few.val.names),
}
found = {name: add_histograms(names) for name, names in parts.items()}
rows = {name: [*h.mean.tolist(), *h.std.tolist()] for name, h in found.items()}
table = pd.DataFrame(rows).T
channels = ("red", "green", "blue")
table.columns = [f"{what} {channel}" for what in ("mean", "std") for channel in channels]
table.insert(0, "images", [len(names) for names in parts.values()])
table.round(4)

# %%
ours, homework, few_shot = (found[name] for name in list(parts)[:3])
others = {"with the validation images": homework, "few-shot images instead": few_shot}
for what, other in others.items():
    moved = (other.mean - ours.mean).abs()
    levels, deviations = 255 * moved.max(), (moved / ours.std).max()
    print(f"{what}: a mean moves by up to {levels:.1f} of 255 grey levels", end="")
    print(f" ({deviations:.3f} deviations)")

# %% [markdown]
# The first line shows what the validation images change here. The second line shows how far the numbers move if only the few-shot images are measured: the fewer
# the images, the more it matters which ones they are. Nobody can tell beforehand whether it will matter, so use training images only. This course does so; the
# homework's choice is a named option of `Recipe` (`statistics="train_and_val"`).
#
# ## Printed and measured
# *Printed*: Eq. (2) of the homework, for the cartoons of PACS [6]. *Measured*: the train folder of `data`. ImageNet's numbers come with most pretrained
# weights.

# %% tags=["report"]
imagenet = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
printed = printed_channels()
table = pd.DataFrame(index=["red", "green", "blue"])
for column, what in enumerate(("mean", "std")):
    table[f"{what}, printed"] = printed[column]
    table[f"{what}, measured"] = getattr(homework, what).tolist()
    table[f"{what}, ImageNet"] = imagenet[column]
table.round(4)

# %% tags=["report"]
six = torch.stack([homework.mean, homework.std]).numpy()  # (2, 3)
apart = np.abs(six - printed).max()
if np.array_equal(six.round(4), printed):
    print(f"'{data}' gives all six printed numbers: the same {len(folder)} images.")
else:
    print(f"'{data}' is not the homework's folder: numbers differ by up to {apart:.3f}.")
    print("The real cartoons, data='pacs:cartoon', give all six printed numbers.")

# %% [markdown]
# ImageNet's deviations, about 0.23, are smaller than those of the homework's cartoons. Do photographs spread less? **Look at how these three numbers were made.**
# Programs that use pretrained weights copy them, and for years it was not documented how they had been computed. When torchvision's maintainers tried to compute
# them again, the deviation of all pixels was too large ([issue 1439](https://github.com/pytorch/vision/issues/1439)). What fitted was the *average of the deviations
# of the single images* ([pull request 1965](https://github.com/pytorch/vision/pull/1965)): the first formula of "Break it". So compute both kinds for every source.
# For the photographs, the mini world draws photos of the same seven classes.

# %% tags=["report"]
from course_lib.data.mini import TARGET_CLASSES, draw

photos = [draw(category, "photo", range(1, 31)) for category in TARGET_CLASSES]
photos = [Moments.of(image) for images in photos for image in images]
ours = [moments[name] for name in folder]
sources = {f"{data} (train folder)": ours, "drawn photos (mini world)": photos}
pooled, averaged = {}, {}
for name, parts in sources.items():
    pooled[name] = reduce(Moments.merge, parts).std.tolist()
    averaged[name] = torch.stack([part.std for part in parts]).mean(dim=0).tolist()
pooled |= {"real cartoons (printed, Eq. 2)": printed[1]}
averaged |= {"ImageNet (torchvision's constants)": imagenet[1]}
show(lesson_figures.two_deviations(pooled, averaged))

# %% [markdown]
# Compare filled dots with filled dots, hollow ones with hollow ones. The mini world's photos are drawings, so they prove nothing here. ImageNet has
# only hollow dots, so the constants do not tell whether photographs spread less than cartoons. The issue gives a *lower bound*: the root of the average
# variance of ImageNet's images is 0.281, 0.274 and 0.288, still without the second term of Eq. (1), the spread between the images. In red that is more
# than the homework's cartoons have (0.273). In green (0.286) and blue (0.337) the bound does not decide. Does the mistake matter? No, if the network is
# trained and used with the same constants: all its inputs are then stretched by the same factor, which its first layer has learned. But the constants are
# *not* the deviation of ImageNet's pixels.
#
# ## Remember
# - Mean and variance merge exactly, Eq. (1): spread inside the parts plus spread between them. One pass, any order, any batch size.
# - Never average deviations, never weigh unequal parts equally, never subtract large sums in 32-bit floats; 8-bit images can be counted exactly.
# - Mean and deviation do not determine a distribution, so look at the histogram once. Take both numbers from training images only.
# - Before two deviations are compared, ask how each was computed: even the most copied constants may be averages of parts.

# %% [markdown]
# ## Your own experiment (20 minutes)
# **Compare the pixels of two groups of images.** Choose two groups, e.g. two classes (which is darker?), training and test images (were they drawn alike?), or the
# cartoons and the drawn photos. Before you compute, write down one claim with a number, e.g. "houses are darker than guitars by at least 0.05". Then measure it and
# write three sentences: the claim, the interval, the conclusion. These lines are a start; `independent_difference` is for groups that share no image:
#
# ```python
# from course_lib import analysis
#
# def brightness(class_name):
#     """Mean pixel of each image of a class in the train folder, in [0, 1]."""
#     return [float(moments[n].mean.mean()) for n in folder if n.startswith(class_name + "/")]
#
# one, other = (analysis.bootstrap_interval(brightness(name)) for name in ("house", "guitar"))
# print(analysis.independent_difference(one, other))  # in points: 5 points are 0.05
# ```
#
# | points | what they are for |
# |---|---|
# | 2 | the claim was written down before the measurement; it has a number and could turn out wrong |
# | 2 | the unit is the *image*: pixels of one image are not independent, so the interval is one over images |
# | 1 | mean and deviation are merged by Eq. (1) or computed for each image, and not mixed up |
# | 1 | the interval (not the estimate) decides, and the conclusion says for which images it holds |

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (6 of 6).* "Claim, written before I computed: in the train folder, houses are darker than guitars by at least 0.05, since walls are large and guitars
# stand on white. For each image I took the mean of its pixels: 259 houses and 121 guitars. House minus guitar: −4.8 points [−5.9, −3.6], that is −0.048. Houses
# are darker, since the interval leaves out 0. My claim is *undecided*: the interval reaches from below −5 to above it. This holds for the mini world's cartoons in
# this folder; I did not test whether the class or the amount of background makes the difference."
#
# *A flawed one (2 of 6).* "Houses are darker than guitars. I merged all pixels of each class. There are half a million of them, so the interval is tiny and the
# difference of 0.048 is certain. It is about 0.05, as I expected." The claim has no number that was written before (0 of 2). The interval is one over pixels: pixels
# of one image belong together, so 380 images do not give half a million observations (0 of 2). The means are merged rightly (1 of 1). An interval is named and
# decides, but nothing says for which images (1 of 1, generously).

# %% [markdown]
# ## References
# 1. V. Michal: *Fine-Tuning and Transfer Learning*, DLE Homework 3, a report on the [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start)
#    of the course BEV033DLE, Czech Technical University in Prague. The course calls it *the homework* and keeps its printed numbers in
#    `data/papers/homework/`.
# 2. M. Hancock: [*Simple Batch Stat Updates*](https://notmatthancock.github.io/2017/03/23/simple-batch-stat-updates.html), 2017; the homework's source for Eq. (1).
# 3. T. F. Chan, G. H. Golub, R. J. LeVeque: *Algorithms for Computing the Sample Variance: Analysis and Recommendations*, The American Statistician 37(3), 1983.
#    [doi:10.1080/00031305.1983.10483115](https://doi.org/10.1080/00031305.1983.10483115)
# 4. F. J. Anscombe: *Graphs in Statistical Analysis*, The American Statistician 27(1), 1973.
#    [doi:10.1080/00031305.1973.10478966](https://doi.org/10.1080/00031305.1973.10478966)
# 5. D. Goldberg: *What Every Computer Scientist Should Know About Floating-Point Arithmetic*, ACM Computing Surveys 23(1), 1991.
#    [doi:10.1145/103162.103163](https://doi.org/10.1145/103162.103163)
# 6. D. Li, Y. Yang, Y.-Z. Song, T. M. Hospedales: *Deeper, Broader and Artier Domain Generalization*, 2017: the cartoons of PACS.
#    [arXiv:1710.03077](https://arxiv.org/abs/1710.03077)
