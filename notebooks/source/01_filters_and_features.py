# %% [markdown]
# # 01 · Filters and features
# **What does a trained network look for in an image, and what is left of the image after each layer?**
#
# You give an image to a network that somebody else has trained, and then you look inside: at the first layer's filters, at the sixteen maps
# they produce, and at what a photograph becomes on its way to the last layer. This is Section I of the homework, Table I and Figs. 1–4.
#
# **You will** read a network's five best guesses, see its filters as pictures, compute one number of a map by hand, and break the prediction
# in four ways that raise no error. **Time** 35 minutes. **Cost** seconds on a laptop; nothing is trained.

# %% tags=["parameters"]
profile = "mini"  # how many photos are looked at: "smoke" 2 of each category, "mini" 5, "paper" 20
data = "mini:cartoon"  # where the pictures of unknown kinds come from, e.g. "pacs:cartoon"
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
from course_lib.models import first_convolution, first_maps, load_model, load_weights, start_model
from course_lib.sweeps.studies.homework import get_profile
from course_lib.teaching import Prediction, show, show_text
from course_lib.teaching.checks.homework import check_prepare, check_respond, check_top_k
from course_lib.training import normalise

torch.manual_seed(0)  # the same random numbers in each run
num_photos = {"smoke": 2, "mini": 5, "paper": 20}[get_profile(profile).name]

# %% [markdown]
# The homework uses SqueezeNet 1.0, trained on ImageNet. The course ships a smaller network of the same kind, so that everything runs here and now. It was
# trained on pictures drawn by the *mini world*, about half of them photos and half illustrations. The real SqueezeNet comes at the end, if you have it.
# Weights alone are not enough to use a network: you must also know how its images were prepared. The course stores that preparation in the same file as the
# weights.

# %% tags=["checked"]
loaded = load_weights("mini_squeezenet")
model = load_model(loaded)
class_names, size = loaded.meta["class_names"], loaded.meta["size"]
mean, std = torch.tensor(loaded.meta["mean"]), torch.tensor(loaded.meta["std"])
filters = first_convolution(model).weight.detach()  # (F, 3, 7, 7)
print(f"it tells {len(class_names)} categories apart, in images of {size} × {size} pixels")
print(f"its first layer has {len(filters)} filters of shape {tuple(filters.shape[1:])}")
print("it has seen one of", ", ".join(TARGET_CLASSES) + ":", any(name in class_names for name in TARGET_CLASSES))

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
# network. The homework's picture is a Samoyed (Fig. 1); here four drawn photos stand in for it, the zebra first. Prepare the photos as in training, compute
# one *logit* per category, and turn the logits into probabilities with the softmax.

# %%
new = 10_000
categories = ("zebra", "sailboat", "violin", "penguin")
photos = torch.cat([draw(category, "photo", [new], size=size) for category in categories])  # (4, 3, 48, 48) uint8


@torch.no_grad()
def compute_logits(images):
    """One number per category and image, (N, C), for uint8 images."""
    return model(normalise(images, mean, std))


probabilities = compute_logits(photos).softmax(dim=1)  # (4, C)
best, names = probabilities.max(dim=1)
captions = [f"{a}: '{class_names[b]}' {100 * p:.0f} %" for a, b, p in zip(categories, names, best, strict=True)]
right = sum(class_names[b] == a for a, b in zip(categories, names, strict=True))
title = f"Photos the network has never seen: {right} of {len(photos)} named rightly"
show(figures.contact_sheet(photos, captions, title=title))

# %% [markdown]
# The five most probable categories of the first photo, in the form of the homework's Table I:

# %%
top5 = probabilities[0].topk(5)
pd.DataFrame(
    {"class": [class_names[i] for i in top5.indices], "probability": [f"{100 * p:.2f} %" for p in top5.values]}
)

# %% [markdown]
# ### Exercise 1 · the five best by hand (5 minutes, ★☆☆)
# Write `top_k`: the `k` most probable classes of one row of logits, with their probabilities, most probable first. The softmax is
# $p_i = e^{z_i} / \sum_j e^{z_j}$. Write it yourself, with `exp`, `sum` and `sort`.
# Hint: $e^{1000}$ is infinite in floating point. Subtracting the largest logit from all of them changes no probability.


# %% tags=["exercise"]
def top_k(logits, k):
    """The `k` most probable classes of logits (C,) as [(class index, probability), …], most probable first."""
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


def correlate_neighbours(weights):
    """Correlation of each weight with the one to its right: 0 for noise, near 1 for smooth patterns."""
    return float(torch.corrcoef(torch.stack([weights[..., :-1].flatten(), weights[..., 1:].flatten()]))[0, 1])


trained_r, random_r = correlate_neighbours(filters), correlate_neighbours(random_filters)
title = f"Neighbouring weights: correlation {trained_r:.2f} if trained, {random_r:.2f} if random (last row)"
show(figures.filter_grid(torch.cat([filters, random_filters[:16]]), title=title, columns=16))

# %% [markdown]
# Random filters are noise. Training made neighbouring weights agree, because neighbouring pixels of a photo agree: a filter that answers to photos has to be
# smooth, at least in part. Noise that no photo ever excites stays in the filter from its random start: nothing in the loss removes it. In large networks,
# trained long on millions of photos, the filters are clean edges, stripes and pairs of opposite colours (Fig. 4). They are much the same whatever the task.
# That is why borrowing filters works.
#
# ### Sixteen maps (Figs. 2 and 3)
# Each filter slides over the image and answers at every second pixel with one number. The answers of one filter are its *map*.

# %%
x = normalise(photos, mean, std)
linear, rectified = first_maps(model, x)  # both (4, F, 24, 24)
first = linear[0, :16]
title = (
    f"Sixteen first maps of the {categories[0]}: the ReLU keeps {100 * (first > 0).float().mean():.0f} % of the numbers"
)
show(figures.before_and_after(linear[0], title=title))
guess.compare(100 * float((rectified == 0).float().mean()))

# %% [markdown]
# ## Explain
# What is one of these numbers? Take the 7 × 7 pixels under the filter, multiply each with the weight on top of it, add everything up, and
# add the filter's bias:
#
# $$\text{map}_f[i, j] = b_f + \sum_{c=1}^{3} \sum_{u=0}^{6} \sum_{v=0}^{6} w_f[c, u, v] \; x[c,\; 2i + u - 3,\; 2j + v - 3].$$
#
# The 2 is the stride. The 3 is the padding: three rows of zeros around the image, so that the filter can be centred on its edge.
#
# ### Exercise 2 · one number of a map (8 minutes, ★★☆)
# Write `respond`. Hint: pad first, with `torch.nn.functional.pad(x, (3, 3, 3, 3))`; then the patch begins at row `2 * i`.


# %% tags=["exercise"]
def respond(x, weight, bias, i, j):
    """The answer of one filter (3, 7, 7) at row i, column j of its map, for a normalised image x (3, H, W)."""
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
# The sum is a scalar product $\langle w, \text{patch} \rangle$. Among patches of equal length it is largest for the patch that points in the same direction
# as $w$ (Cauchy and Schwarz). So **a filter looks for its own picture**. Search many photos for the patches with the strongest answers:

# %%
crowd = torch.cat([draw(name, "photo", range(new, new + num_photos), size=size) for name in class_names])  # uint8
labels = torch.arange(len(class_names)).repeat_interleave(num_photos)
crowd_x = normalise(crowd, mean, std)
answers, kept = first_maps(model, crowd_x)  # (N, F, 24, 24)


def find_patches(f, count=50):
    """The patches with filter f's strongest answers, each in another photo, as [(photo, top row, left column), …]."""
    inner = answers[:, f, 2:-2, 2:-2].flatten(1)  # whole patches only, without padding
    strongest, place = inner.max(dim=1)  # one of each photo
    width = answers.shape[-1] - 4
    return [
        (n, 2 * int(place[n] // width) + 1, 2 * int(place[n] % width) + 1)
        for n in strongest.topk(min(count, len(crowd))).indices.tolist()
    ]


def cosine(f, patch):
    """Cosine similarity of a normalised patch and filter f: 1 for the same picture, 0 for no relation."""
    return float(nn.functional.cosine_similarity(patch.flatten(), filters[f].flatten(), dim=0))


# %% [markdown]
# Here are the five filters with the largest weights. Beside each filter: the *average* of the fifty patches with its strongest answers, and six of these
# patches.

# %%
pictures, captions, fits, chance = [], [], [], []
for f in filters.flatten(1).norm(dim=1).topk(5).indices.tolist():
    windows = [(n, slice(None), slice(row, row + 7), slice(column, column + 7)) for n, row, column in find_patches(f)]
    weights = filters[f]
    pictures.append((weights - weights.min()) / (weights.max() - weights.min()))
    patches = [crowd[window] / 255 for window in windows]
    pictures += [torch.stack(patches).mean(dim=0), *patches[:6]]
    captions += [f"filter {f}", f"mean of {len(patches)}", *(class_names[labels[window[0]]] for window in windows[:6])]
    fits += [cosine(f, crowd_x[window]) for window in windows]
    chance += [cosine(f, crowd_x[(n + 1) % len(crowd), *rest]) for n, *rest in windows]  # same place, another photo
fit, other = (sum(values) / len(values) for values in (fits, chance))
title = f"A filter likes what looks like it: cosine {fit:.2f}, other patches {other:.2f}"
show(figures.contact_sheet(torch.stack(pictures), captions, title=title, columns=8))

# %% [markdown]
# The categories in the captions hardly matter: a filter finds its edge or its colour in animals, ships and spoons alike. The first layer knows nothing of
# objects.
#
# ### What does the ReLU remove?
# A negative answer means that the patch looks rather like the opposite of the filter's picture. The ReLU discards negative answers. Does every channel lose
# the same share of its numbers?

# %%
zeros = 100 * (kept == 0).float().mean(dim=(0, 2, 3))  # (F,) per cent of each channel
silent = int((kept.amax(dim=(0, 2, 3)) == 0).sum())
show_text(
    f"numbers that became 0: {zeros.mean():.0f} % of all; by channel from {zeros.min():.0f} % to {zeros.max():.0f} %"
)
print(f"channels that are silent in all {len(crowd)} photos: {silent} of {len(zeros)}")
print(f"channels that lose nothing at all: {int((zeros == 0).sum())}")

# %% [markdown]
# A channel with many zeros is *selective*: it is active only where its picture is. A channel that loses next to nothing passes on a smoothed colour or
# brightness. A channel that is silent in every photo would be wasted.
#
# ### What is left of the image after each layer?
# First count the numbers. The network consists of stages; each stage makes the maps coarser or adds channels.

# %% tags=["checked"]
stages = [name for name in model.stage_names if name != "head"]
shapes = {"image": photos[0].shape} | {name: model.features(x[:1], until=name)[0].shape for name in stages}
for name, shape in shapes.items():
    print(f"{name:<7} {' × '.join(map(str, shape)):<12} = {shape.numel():>5} numbers")

# %% [markdown]
# The stem's convolution gives 24 × 24 places, as above. After its ReLU, a *max-pooling* layer keeps the largest number of each window of 3 × 3 places. The
# windows lie two places apart, so 12 × 12 places are left. The resolution falls from stage to stage: 48 × 48 pixels become 3 × 3 fields, and in the end one
# list without places. Here is where each stage is active for the first photo above: the mean over the stage's channels, bright where the mean is large.

# %%
pictures, captions = [], []
for stage in stages[:-1]:
    with torch.no_grad():
        activity = model.features(x[:1], until=stage).mean(dim=1, keepdim=True)  # (1, 1, h, w)
    activity = (activity - activity.min()) / (activity.max() - activity.min()).clamp(min=1e-9)
    pictures.append(nn.functional.interpolate(activity, size=size, mode="nearest").expand(-1, 3, -1, -1))
    captions.append(f"{stage}: {activity.shape[-2]} × {activity.shape[-1]}")
title = f"From {captions[0].split(': ')[1]} fields to {captions[-1].split(': ')[1]}: the outline of the zebra is lost"
show(figures.contact_sheet(torch.cat(pictures), captions, title=title.replace("zebra", categories[0])))

# %% [markdown]
# Now look for yourself. Pick a stage and a channel: the figure shows the channel's answers to one photo, and the six photos to which the channel answers most
# strongly. In the first stages you will find edges and colours. In later stages, try to say in one word what a channel is looking for. (The sliders need a
# running kernel.)

# %%
from functools import partial

from course_lib.models import stage_maps

maps = stage_maps(model, crowd_x)  # stage → (N, C, h, w), before its last ReLU
figures.explorers.explore(
    partial(figures.explorers.feature_map, crowd, maps, filters), **figures.explorers.layer_controls(maps)
)

# %% [markdown]
# So much for *where* something is. What do the stages keep of *what* it is? Ask which photos look alike to the network: for each photo, find the nearest of
# all others, once by its pixels and then by its numbers after each stage. Count how often the two photos have the same category.


# %%
@torch.no_grad()
def find_neighbours(stage, count=3):
    """The `count` photos nearest to each photo (N, count), by cosine of the numbers after a stage; "image": by pixels."""
    values = (crowd_x if stage == "image" else model.features(crowd_x, until=stage)).flatten(1)
    values = nn.functional.normalize(values - values.mean(dim=0), dim=1)
    return (values @ values.T).fill_diagonal_(-1).topk(count, dim=1).indices


neighbours = {stage: find_neighbours(stage) for stage in ("image", *stages)}
agreement = {}
for stage, found in neighbours.items():
    hits = int((labels[found[:, 0]] == labels).sum())
    agreement[stage] = analysis.accuracy_interval(hits, len(labels))
    print(f"{stage:<7} nearest photo of the same category: {agreement[stage]}")
print(f"by chance: {100 * (num_photos - 1) / (len(crowd) - 1):.1f} %")

# %%
row = class_names.index(categories[0]) * num_photos  # photo number 10 000 of the first category
pictures, captions = [], []
for stage, caption in (("image", "by pixels"), ("pool", "by the last stage")):
    found = neighbours[stage][row].tolist()
    pictures += [crowd[row], *crowd[found]]
    captions += [caption, *(class_names[labels[n]] for n in found)]
by_pixels, by_pool = (f"{100 * agreement[stage].estimate:.0f} %" for stage in ("image", "pool"))
title = f"Nearest photo of the same category: {by_pixels} by pixels, {by_pool} by the last stage"
show(figures.contact_sheet(torch.stack(pictures), captions, title=title, columns=4))

# %% [markdown]
# By pixels, two photos are alike if they have the same brightness in the same places, and most of these places are background. The last stage gives light,
# place and background less weight, and the object more. So a few numbers are left of the image. Training chose them because they tell categories apart.
#
# ## Break it
# A network raises no error when its images are prepared in another way than in training. It still gives an answer:

# %%
scaled = crowd / 255
ways = {
    "as in training": crowd_x,
    "not normalised, 0 to 1": scaled,
    "not even scaled, 0 to 255": crowd.float(),
    "normalised twice": (crowd_x - mean.view(3, 1, 1)) / std.view(3, 1, 1),
    "channels as BGR (OpenCV's order)": normalise(crowd.flip(1), mean, std),
}
rows, right = {}, {}
with torch.no_grad():
    for way, images in ways.items():
        found = model(images)
        right[way] = analysis.outcomes(labels, found.argmax(dim=1))  # "0110…": one sign for each photo
        change = analysis.paired_difference(right[way], right["as in training"])
        row = [str(analysis.accuracy_interval(right[way].count("1"), len(labels)))]
        row += [f"{100 * change.estimate:+.1f} [{100 * change.low:+.1f}, {100 * change.high:+.1f}]"]
        rows[way] = [*row, f"{100 * found.softmax(dim=1).max(dim=1).values.mean():.0f} %"]
columns = [
    f"accuracy on {len(labels)} new photos [95 %]",
    "change on the same photos, points [95 %]",
    "mean confidence",
]
table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
table.iloc[0, 1] = "–"  # nothing to compare it with
table

# %% [markdown]
# The change is counted photo by photo. If its interval contains 0, this many photos show no loss. A small loss may show with more photos (`profile =
# "paper"`). Look at the last column, too. With wrong inputs the network can be *more confident* than with right ones: large inputs make large logits, and the
# softmax of large logits is close to 0 or 1. So the confidence does not warn you of wrong inputs.
#
# ### Exercise 3 · prepare a photo (5 minutes, ★☆☆)
# Write `prepare`, which turns uint8 images into inputs like those that the network was trained on. No error tells you when it is wrong; the check does.
# Hint: `mean` has the shape (3,), the images (N, 3, H, W), and PyTorch aligns shapes from the *right* when it broadcasts.


# %% tags=["exercise"]
def prepare(images, mean, std):
    """Scale uint8 images (N, 3, H, W) to [0, 1], then normalise each channel by its mean and deviation, both (3,)."""
    # solution
    x = images / 255
    return (x - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    # end solution


# %% tags=["checked"]
passed = check_prepare(prepare)

# %% [markdown]
# The second mistake is to take logits for probabilities. Logits and probabilities have the same order, so the top five come out right. But logits do not sum
# to 1, some of them are negative, and adding the same number to all logits does not change the probabilities:

# %%
logits = compute_logits(photos[:1])[0]
print(f"logits: largest {logits.max():.1f}, smallest {logits.min():.1f}, sum {logits.sum():.1f}")
moved = (logits + 5).softmax(dim=0)
print("the order is that of the probabilities:", torch.equal(logits.topk(5).indices, moved.topk(5).indices))
print(f"the largest probability: {logits.softmax(dim=0).max():.4f}; with 5 added to each logit: {moved.max():.4f}")

# %% [markdown]
# The third mistake is to leave `model.train()` on. SqueezeNet 1.0 has *dropout* before its classifier: in training mode, dropout sets half of the features to
# zero, chosen at random. The small network has no dropout, so add it here, and ask for the sailboat five times in each mode:

# %%
dropping = nn.Sequential(nn.Dropout(0.5), model.head)
with torch.no_grad():
    features = model.features(x[1:2])  # the sailboat
    for mode in ("train", "eval"):
        dropping.train(mode == "train")
        answers_5 = [dropping(features).softmax(dim=1)[0].max(dim=0) for _ in range(5)]
        print(f"{mode + '()':<8}", "   ".join(f"{class_names[i]} {100 * p:.0f} %" for p, i in answers_5))

# %% [markdown]
# The same photo gets five different answers. In networks with BatchNorm, `train()` does more harm: an image's result then also depends on the other images of
# its batch, and every forward pass changes the network (lesson 04).
#
# ## Printed and measured
# Now the original: SqueezeNet 1.0 with ImageNet's weights and, in the zebra's place, a photograph of a Samoyed (Fig. 1). The photograph is scaled to [0, 1],
# resized so that its short side has 224 pixels (antialiased, *no* centre crop), and normalised by ImageNet's mean and deviation. This needs two files that
# are not part of the course: the photograph and the weights. Without them the lesson goes on.

# %%
from course_lib.paths import real_data_dirs

photograph = next((file for folder in real_data_dirs() if (file := folder / "samoyed.jpg").is_file()), None)
official = None
if photograph is None:
    print(
        f"No photograph of a Samoyed here: put one as samoyed.jpg into {real_data_dirs()[-1].name}/ of the course's folder (`course doctor` shows it)."
    )
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

    from course_lib.data.decode import decode_image

    image = resize(decode_image(photograph).float() / 255, [224], antialias=True)[None]  # (1, 3, 224, W)
    title = f"Fig. 1: {photograph.name}, {image.shape[-1]} × {image.shape[-2]} pixels are all that the network sees"
    show(figures.contact_sheet(image, title=title))

# %% [markdown]
# Table I, as printed and (with both files) as measured:

# %% tags=["report"]
printed = pd.DataFrame(homework.printed_top5(), columns=["class", "printed"])
if official is not None:
    net = load_model(official)
    big_mean, big_std = (torch.tensor(official.meta[key]).view(3, 1, 1) for key in ("mean", "std"))
    prepared = (image - big_mean) / big_std
    with torch.no_grad():
        real = net(prepared).softmax(dim=1)[0]
    known = {name.lower(): float(p) for name, p in zip(official.meta["class_names"], real, strict=True)}
    printed["measured"] = [known[name.lower()] for name in printed["class"]]
printed.round(4)

# %% [markdown]
# With both files, here are SqueezeNet's filters (Fig. 4) and its first sixteen maps before and after the ReLU (Figs. 2 and 3).

# %% tags=["report"]
if official is not None:
    big = first_convolution(net).weight.detach()  # (96, 3, 7, 7)
    title = f"SqueezeNet 1.0: {len(big)} filters, neighbouring weights correlate by {correlate_neighbours(big):.2f}"
    show(figures.filter_grid(big, title=title))
    big_linear, big_kept = first_maps(net, prepared)
    title = f"SqueezeNet 1.0 on the photograph: the ReLU keeps {100 * (big_kept > 0).float().mean():.0f} % of all first-layer numbers"
    show(figures.before_and_after(big_linear[0], title=title))

# %% [markdown]
# ### Where the course goes from here
# The network was never trained on elephants or guitars. Show it one picture of each class of `data`. It can only answer with categories that it knows:

# %%
pictures = load_images(data, size=size, progress=False)
firsts = [int((pictures.labels == label).nonzero()[0]) for label in pictures.labels.unique()[:10]]
images, kinds = pictures.batch(torch.tensor(firsts))
for kind, row in zip(kinds.tolist(), compute_logits(images).softmax(dim=1), strict=True):
    print(
        f"{pictures.class_names[kind]:<10} looks like",
        ", ".join(f"{class_names[i]} ({100 * row[i]:.0f} %)" for i in row.topk(3).indices),
    )

# %% [markdown]
# Its answers are wrong, and yet they are not arbitrary. The features before the last layer may still be useful. How useful they are is what the rest of this
# course finds out.
#
# ## Remember
# - A filter of the first layer is a small picture. Its answer is a scalar product, which is largest where the image looks like the filter.
# - From stage to stage the network gives up *where* something is and keeps *what* it is: the resolution falls, and images of one category come closer
#   together.
# - Weights are useless without the preparation of their images. Wrong scaling, swapped colours or `train()` raise no error: the network still answers.
