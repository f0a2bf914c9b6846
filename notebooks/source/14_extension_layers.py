# %% [markdown]
# # 14 · Extension layers
# **Where do you cut a trained network, does one more layer help, and what do missing labels do to the answer?**
#
# Pittaras, Markatopoulou, Mezaris and Patras [1] (*the document* of lessons 14 and 15; its slides) look for concepts in video: an image of each shot, a
# *keyframe*, shows several concepts or none, and not every label was judged. They compare three *strategies*. **FT1-def** replaces the last layer and fine-tunes
# all others. **FT2-reN** also begins the last N layers anew (here: stages, 1 or 2); the rest learns slowly, or not at all (*-frozen*). **FT3-exL-D** puts L new
# layers of width D, the *extension*, before the new last layer. Numbers in brackets refer to the list at the end.
#
# **You will** write the measure of the field, average precision, and see what unjudged labels do to it; read a table of learning rates and training times beside
# the printed one; compare fifteen strategies of four networks. **Time** 60 minutes; the optional part *Further* takes another 25.
# **Cost** less than a minute on a laptop. The finished runs come with the course; `course study strategies --recompute` trains the largest study again, in about an
# hour and a half on two cores.

# %% tags=["parameters"]
profile = "mini"  # "smoke": one network, few images; "paper": larger networks
data = None  # the studies have images of their own, of the mini world
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from functools import partial

import numpy as np
import pandas as pd
import torch
from torch import nn

from course_lib import analysis, figures
from course_lib.analysis import extension
from course_lib.data import pool_of, prepare
from course_lib.data.mini.keyframes import CONCEPTS, EVALUATED, FEW
from course_lib.figures.extension import (
    keyframes,
    multiplier_map,
    multipliers,
    network,
    num_concepts,
    strategies,
)

# %%
from course_lib.models import start_model
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.extension import PROFILES
from course_lib.sweeps.studies.extension.grids import target_data
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.extension import (
    check_average_precision,
    check_insert_extension,
    check_judged_average_precision,
    check_mean_average_precision,
)
from course_lib.training import make_recipe

numbers = PROFILES[profile]
frames = data or "mini:keyframes"  # at every profile
torch.manual_seed(0)  # the same random numbers in each run

# %% [markdown]
# ## Predict
# **Commit to two guesses**, in points of *mean average precision* (MAP): the mean over concepts of a score that is 100 % for a perfect ranking. Here, networks reach
# 15 to 40 %. *k* multiplies the learning rate of all pretrained layers.

# %%
guess_slow = Prediction(
    "points of MAP, lowest minus highest k, new layer at 0.1, mean over training times",
    None,  # replace None by a number, e.g. 8, or by a range, e.g. (0, 5)
    reveal=reveal,
)
guess_layer = Prediction(
    "points of MAP, one extension layer minus FT1-def, mean over networks",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# **Keyframes.** They stand for those of TRECVID SIN [2], where 38 concepts were evaluated in 2013; here it is 30, of 40 or of all 128 that are trained. Below each
# picture: what it was judged to show, and how many concepts nobody judged. For each concept, the tenth of the images that a weak detector found first was judged,
# and 40 to 90 % of the others, drawn by lot. These shares are ours; TRECVID's are not published.

# %%
splits = prepare(target_data("mini:keyframes", numbers, FEW))
print(f"{len(splits.train)} train, {len(splits.val)} validate, {len(splits.test)} test")
print(f"{len(FEW)} of {len(CONCEPTS)} concepts are trained, {len(EVALUATED)} evaluated")

# %% tags=["report"]
show(keyframes.keyframes(splits.train, 5), colors=32)

# %% [markdown]
# A network gives each image a score for each concept. Nobody says from which score on a concept is present; the score *ranks* the images. How good is a ranking?
#
# ### Exercise 1 · average precision (15 minutes, ★★☆)
# Sort the images by their score, the highest first. At the rank of each positive image, the *precision* is the share of positive images down to there. *Average
# precision* (AP) is the mean of these precisions. Write `average_precision` for labels of 1 and 0, with at least one 1, and scores that are all different.
# Hint: what does `np.cumsum` make of the sorted labels?


# %% tags=["exercise"]
def average_precision(labels, scores):
    """Mean precision at the ranks of the positive images."""
    # solution
    ranked = labels[np.argsort(-scores)]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return precision[ranked == 1].mean()
    # end solution


# %% tags=["checked"]
passed_ap = check_average_precision(average_precision)

# %% [markdown]
# ### Exercise 2 · what nobody judged (10 minutes, ★★☆)
# A label may be NaN: nobody judged this image for this concept. Often it then counts as negative, and a ranking that finds such images first is punished for what it
# got right. Write `judged_average_precision`: the average precision of the judged images alone, as if the others were not there. You may call `average_precision`.
# Hint: which images does `~np.isnan(labels)` keep?


# %% tags=["exercise"]
def judged_average_precision(labels, scores):
    """Average precision of the images whose label is not NaN."""
    # solution
    judged = ~np.isnan(labels)
    return average_precision(labels[judged], scores[judged])
    # end solution


# %% tags=["checked"]
passed_judged = check_judged_average_precision(judged_average_precision)

# %% [markdown]
# ### Exercise 3 · which mean? (10 minutes, ★★☆)
# Labels and scores now have a column for each concept. Write `mean_average_precision`: the AP of each concept, then the mean over concepts. Concepts without a
# positive judged image have no AP and are left out. It is *not* the AP of all scores in one long ranking: there, a concept with many images would count more, and
# scores of different concepts would be compared.
# Hint: which columns of `labels` have a 1?


# %% tags=["exercise"]
def mean_average_precision(labels, scores):
    """Mean over concepts of their average precision; labels and scores (N, K)."""
    # solution
    shown = [k for k in range(labels.shape[1]) if (labels[:, k] == 1).any()]
    return np.mean([judged_average_precision(labels[:, k], scores[:, k]) for k in shown])
    # end solution


# %% tags=["checked"]
passed_mean = check_mean_average_precision(mean_average_precision)

# %% [markdown]
# **The rate of the pretrained layers.** The document first looks for k and for the number of epochs e, with FT1-def of one network (CaffeNet; here ResNet-18). It
# does not print the learning rate of the new layer, but that rate decides what a multiplier means. So there are three tables here, one for each rate, and the
# printed one. One run of constant rate serves all e of its row. Momentum (0.9), the constant rate, batch size and the ReLU of an extension are our choices, too.

# %%
grid = extension.on_evaluated(run_study("multipliers", profile, frames, seeds))
print(
    f"{len(grid)} runs, scored after {len(extension.epochs_of(grid))} numbers of epochs"
)

# %% tags=["report"]
show(multipliers.multiplier_maps(grid), colors=8)

# %% [markdown]
# Read the underlined numbers from left to right. In the printed table the best k is the lowest one for short training. Is it so in each measured table? And where
# do the best of all lie: inside the table or at its border, where a better one may lie beyond?

# %% tags=["report"]
show(multipliers.smaller_gaps(grid), colors=8)

# %%
gap = extension.smaller_gap(grid, 0.1, extension.epochs_of(grid)).interval()
guess_slow.compare(100 * gap.estimate)

# %% [markdown]
# Move through both tables. Set *lr* to its lowest and its highest value: which *product* k · lr has the highest numbers for long training? (The sliders need a
# running kernel.)

# %%
figures.explorers.explore(
    partial(multiplier_map.multiplier_map, grid),
    stored=False,
    **multiplier_map.multiplier_controls(grid),
)

# %% [markdown]
# **The strategies.** All have k = 0.1, the document's best, and train for 8 epochs; validation chooses one of three rates of the new layer for each network,
# strategy and seed. Neither number is the best here: in the tables above, k = 1 reaches two to three points more after 8 epochs, and k = 0.1 two to five more
# after 32. So strategies are compared before training has ended; what longer training would change is not known.
#
# A network as FT3-ex1-512 makes it, drawn from the module. GoogLeNet [3] has two *auxiliary heads*, which read earlier stages; in the document, and here, each
# gets an extension of its own. In every strategy, all heads begin anew.

# %%
googlenet = next(own for own in numbers.networks.values() if own.aux_heads)
recipe = make_recipe(
    "ft3",
    architecture=googlenet.architecture,
    aux_heads=googlenet.aux_heads,
    hidden=(512,),
    multipliers={"inner": numbers.k},
)

# %% tags=["report"]
show(network.draw_network(recipe, num_outputs=len(FEW)), colors=8)

# %% [markdown]
# ### Exercise 4 · insert an extension (10 minutes, ★★☆)
# `head` is a network's last layer, an `nn.Linear` from F features to K outputs. Write `insert_extension`, which returns an `nn.Sequential` that can stand in its
# place: a linear layer of the given width, a ReLU, and a new linear layer with as many outputs as `head`. All weights begin anew, and `head` stays as it is.
# Hint: what does `head` know about its own sizes?


# %% tags=["exercise"]
def insert_extension(head, width):
    """Linear, ReLU, linear: an extension layer before a new last layer."""
    # solution
    return nn.Sequential(
        nn.Linear(head.in_features, width),
        nn.ReLU(),
        nn.Linear(width, head.out_features),
    )
    # end solution


# %% tags=["checked"]
passed_insert = check_insert_extension(insert_extension)

# %% [markdown]
# Without the ReLU, the two linear layers would be one: an extension is a *non-linear* classifier on the features, and the features learn with it. The width D of the
# document goes from 64 to 4096. Four networks: a ResNet-18 and a SqueezeNet (in the place of CaffeNet), and a GoogLeNet trained on all 84 categories of the mini
# world or on a quarter of them and of the images (in the place of 5055 and 1000 of ImageNet).

# %%
records = extension.on_evaluated(run_study("strategies", profile, frames, seeds))
by_network = extension.by_network(records)
print(f"{len(records)} runs of {len(by_network)} networks")

# %% tags=["report"]
show(strategies.strategy_dots(records), colors=8)

# %%
gain = extension.kind_gain(records, "FT3-ex1", "FT1-def").interval()
guess_layer.compare(100 * gain.estimate)

# %% [markdown]
# The cross is no strategy of the document: *full* is FT1-def with k = 1, the nearest control that was run. FT2-re changes two things at once: new weights in its
# last stages, which also learn at the full rate. *full* has that rate in every stage, so its difference to FT2-re still holds two changes, the new weights and the
# slow lower stages, and FT2-re has four variants to choose from. Where the side behind has its best rate at the edge of its grid, nothing is decided (*edge*).

# %% tags=["report"]
extension.control_table(records)

# %% [markdown]
# Why are the intervals so wide? There are three seeds, whose *t* is 4.3, where that of many is 2. That each seed chose a rate for itself may add to it.
#
# **The width of the extension.** One layer has seven widths to choose from, and FT1-def has nothing to choose. So ask twice whether one layer helps: with the
# width that validation chose, and with *any* width, the mean over all of them.

# %% tags=["report"]
extension.widths_table(records)

# %%
for words, found in (
    ("width chosen by validation", gain),
    ("any width", extension.untuned_gain(records, "FT3-ex1", "FT1-def").interval()),
):
    edge = "; a best rate of the side behind lies at an edge" if found.edge else ""
    show_text(f"one layer minus FT1-def, mean over networks, {words}: {found}{edge}")

# %% [markdown]
# An edge of the side that is behind leaves the question open: a lower rate than any tried may be better for it.
#
# **More target concepts.** Fine-tune for 40 concepts or for all 128, on the same images, and evaluate the same 30. Each side chooses its rate by the validation
# MAP of all its own concepts. But the loss is a mean over labels: among 128 concepts, each has a third of its weight among 40, as if its rate were lower. So look
# at †.

# %%
concepts = run_study("num_concepts", profile, frames, seeds)

# %% tags=["report"]
show(num_concepts.more_concepts(extension.on_evaluated(concepts)), colors=8)

# %% [markdown]
# **The auxiliary heads.** They read earlier stages. Are they weaker than the main head? And does the mean of the scores of all heads beat it? Rate and epoch were
# chosen for the main head, so a head that beats it does so at a disadvantage.

# %% tags=["report"]
extension.heads_table(records)

# %% [markdown]
# The same on torchvision's GoogLeNet. Its own auxiliary heads come *without* pretrained weights: whoever asks for them trains them from random ones. So the course
# leaves them out and adds heads of its own behind two neighbouring stages. (Its pretrained weights come from a download; here only the shapes count.)

# %%
real = recipe.replace(architecture="googlenet", start="torchvision:googlenet")
model = start_model("googlenet", None, 20, real.hidden, aux_heads=real.aux_heads)
for layer in network.read_layers(real, model, size=224):
    print(f"{layer.name}: output {layer.shape}, {layer.parameters} weights, {layer.look}")

# %% [markdown]
# ## Explain
# Does the best k depend on the rate of the new layer? A pretrained layer is trained at the rate k · lr, so draw MAP over k · lr. Where the three lines lie on one
# another, the product is all that counts; where they lie apart, the rate of the new layer counts, too. Which is it after a quarter of an epoch, and which after 32?

# %% tags=["report"]
show(multipliers.rate_curves(grid), colors=8)

# %% [markdown]
# In the runs that come with the course, lr explains 99 % of the differences after a quarter of an epoch. After 32 epochs it explains 30 %, k alone 49 % and their
# product 91 %. In between, after 8 epochs, the length of all strategies above, lr still explains more than the product (86 against 74 %; the difference is not
# shown).
#
# The document's table has one rate of the new layer, which is not printed. Here "smaller k is better" is wrong at the lowest rate, and right at the highest one
# after at most one epoch (2.3 points [0.4, 4.2]). The sentence needs a rate and a training time to be true or false.
#
# The best k of each e, chosen by the test images: differences of tenths mean nothing. A best k at the border of the grid is marked; a better one may lie beyond.

# %% tags=["report"]
extension.best_table(grid)

# %% [markdown]
# The printed table and ours have the same k and e, and nothing else in common: images, network, measure. Do they at least agree in their order? Over all cells,
# they would agree even if k had no effect, since both rise with e. The control is the correlation of the printed table with *itself*, k in reverse order. Only the
# last column is about k.

# %% tags=["report"]
agreement = {lr: extension.printed_agreement(grid, lr) for lr in extension.rates_of(grid)}
pd.DataFrame(
    {
        f"lr {lr:g}": {
            "all cells": str(own.all_cells),
            "printed, k in reverse": f"{own.mirrored:.2f}",
            "among the k of the same e": str(own.within_epochs),
        }
        for lr, own in agreement.items()
    }
).T

# %% [markdown]
# ## Break it
# ### Is it the judgements?
# TRECVID's test images are not all judged. Those that some systems rank highest are; of those ranked lower, a sample is. This is a *pool* in *strata*, each with
# its sampling rate. *Inferred* AP (xinfAP [4]) estimates from the sample the precision at the rank of each judged positive image, and weighs it by its stratum.
# Here five simulated systems make the pool, and all test labels are known, so the estimate can be held against the truth.

# %%
test = splits.test.open()
pool = pool_of(test)
judged = ~np.isnan(pool.judgements)
for stratum, rate in enumerate(pool.rates):
    share = (pool.strata == stratum).mean()
    print(f"stratum {stratum + 1}: {share:.0%} of the labels, {rate:.0%} of them judged")
print(
    f"outside the pool: {(pool.strata < 0).mean():.0%}; judged in all: {judged.mean():.0%}"
)

# %% [markdown]
# What do your own functions say of this pool? Three ways to read the same ranking, whose scores are here simply the truth plus noise:

# %%
truth = test.labels.double().numpy()
noise = np.random.default_rng(0).normal(size=truth.shape)
scores = truth + noise
ways = {
    "all labels known": truth,
    "not judged = negative": np.nan_to_num(pool.judgements),
}
ways["not judged = left out"] = pool.judgements
if passed_ap and passed_judged and passed_mean:
    for words, labels in ways.items():
        print(f"{words}: MAP {100 * mean_average_precision(labels, scores):.1f} %")
inferred_map = analysis.mean_xinfap(pool.judgements, scores, pool.strata)
print(f"inferred from the strata (MXinfAP): {100 * inferred_map:.1f} %")

# %% [markdown]
# Neither simple way is right. As negatives, unjudged images that show the concept count against a ranking that finds them. Left out, what remains has about twice
# the share of positive labels, since the stratum that was judged most is the one where positive images are common, and AP rises with that share. The [statistics
# page](../statistics.md#inferred-average-precision) has bias and error of xinfAP for one ranking. Now the networks: would the document's measure have ranked the
# strategies in the same way as all labels do?

# %%
show_text(str(extension.inferred_error(records)))

# %% [markdown]
# One pool and one draw of judgements serve all runs, so the *bias* is about this pool, and both sides of a comparison have it. Here is one and the same gap under
# both measures. Both intervals are mostly the seeds' (three), so a cost of the sample would be hidden. It shows at single concepts: see ± above.

# %% tags=["report"]
rows = {
    name: {
        key: str(own)
        for key, own in extension.widths_of_gap(runs, "FT3-ex1", "FT1").items()
    }
    for name, runs in by_network.items()
}
pd.DataFrame(rows).T.rename_axis("one layer minus FT1-def", axis=1)

# %% [markdown]
# ### Is it luck?
# "FT3-ex1-64 and FT3-ex1-128 constitute the top-two methods irrespective of the employed DCNN": that two *named* strategies are the best two of fifteen has a
# chance of 1 in 105 for one network, if all are alike. But whoever sees the ranks first may name any two, and *some* two always are, for one network. That the
# same two are the best for all three networks of the document has a chance of 1 in 11 025 if the networks were independent, which they are not. The first pair of
# the table is named for TRECVID, the others for VOC. How often are they the best two, also when concepts and seeds are drawn again? (At `smoke` they are not
# trained; the table is empty.)

# %% tags=["report"]
pairs = ((64, 128), (512, 1024), (2048, 4096))
statements = [([f"FT3-ex1-{width}" for width in pair], 2, False) for pair in pairs]
extension.statements_table(records, statements)

# %% [markdown]
# ### The same with other images
# The second data set stands for PASCAL VOC 2012 [5]: pictures *drawn* in the style of photographs, with 20 kinds of object and every label known. (VOC leaves out
# images whose only objects of a class are marked difficult, and its AP is interpolated; MAP here is that of exercise 3.)

# %%
photographs = run_study("strategies_voc", profile, data, seeds)

# %% tags=["report"]
show(strategies.strategy_dots(photographs), colors=8)

# %% tags=["report"]
extension.widths_table(photographs)

# %% tags=["report"]
extension.heads_table(photographs)

# %% [markdown]
# ## Printed and measured
# The slides print one table of numbers, k and e, which is above beside ours; all other slides print sentences. *MXinfAP* there and MAP here are different measures
# of different images: compare orders, not numbers.
#
# ### What the document claims
# A claim is *reproduced* when the 95 % interval of the effect lies wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and
# *undecided* otherwise, or when a best rate at the edge of its grid could change the verdict. A claim about several networks (or rates) must hold for each. It is
# contradicted if it fails for one of them, with an interval that is widened for their number. What is said of CaffeNet is asked of ResNet and SqueezeNet, which
# take its place.

# %% tags=["report"]
chosen = [
    "extension-smaller-k",
    "extension-smaller-k-short",
    "extension-more-epochs",
    "extension-last-doubling",
    "extension-rate-counts",
    "extension-more-concepts",
    "extension-top-two-sin",
    "extension-top-two-voc",
    "extension-top-two-googlenet",
    "extension-one-layer",
    "extension-dimension",
    "extension-better-direct",
    "extension-better-untuned",
]
show_claims(chosen, profile=profile, seeds=seeds)

# %% [markdown]
# ## Remember
# - A multiplier k means nothing without the rate of the new layer. Here, lower k is worse on average at two of three rates, and undecided at the third; for short
#   training the rate of the new layer explains nearly all, for long training mostly the product k · lr. The best k lies at the highest tried in most long trainings.
# - On keyframes, no extension is shown to beat FT1-def, for any of four networks; two narrow layers are shown to be worse for three of them. On photographs, one
#   of forty extensions is shown to beat it; by chance alone, one of forty would be. FT2-re has the highest MAP of keyframes for three networks, but is not shown
#   to beat *full*, its nearest control. Three seeds leave wide intervals, and the strategies are compared before training has ended.
# - The mean of main and auxiliary heads beats the main head of both GoogLeNets by about two points, on both data sets. It is no strategy of the document.
# - Labels that nobody judged are neither negative nor to be left out: on a pool in strata either way is wrong by many points, and inferred AP by less than one.
#
# ## Further
# One optional part: an experiment of your own (25 minutes).
#
# ### Your own experiment: an extension on a frozen network (25 minutes)
# On features that stay as they are (multiplier 0), is an extension a better *classifier* than a last layer alone? **First write down one claim**, e.g. "On frozen
# features, one layer of width 64 is at least two points better than none." Then run the cell, and judge your claim by the difference and its intervals.
#
# | points | for |
# |---|---|
# | 1 | the claim was written before the run; it names what is compared, on which images, and how large the effect is |
# | 1 | the reason for it can be wrong, and is written down |
# | 1 | both sides have the same rates to choose from, and it is said how the choice was made |
# | 1 | the verdict follows from the intervals: *supported*, *contradicted* or *undecided* |
# | 1 | nothing was chosen by the test scores, and the number of settings tried is given |

# %%
from course_lib.teaching import compare_recipes
from course_lib.training import Recipe

common = {"architecture": "mini_resnet18", "start": "mini_resnet18", "optimizer": "sgd"}
common |= {"momentum": 0.9, "lr": 0.1, "epochs": 8, "multipliers": {"inner": 0.0}}
recipes = {  # change these two
    "last layer": Recipe(**common),
    "one extension layer": Recipe(hidden=(64,), **common),
}
compare_recipes(recipes, splits, seeds=2)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: on frozen features of ResNet, an extension of width 64 is at least two points of MAP better than the last layer alone, on the 30
# evaluated and ten other concepts, since some concepts are combinations of features that a linear layer cannot express. Both have the rate 0.1, which I did not
# change: at another rate the result may differ. With two seeds the interval of both errors holds zero and two points, so the claim is undecided. I ran the cell
# once."
#
# *A flawed one (1 of 5).* "The extension is better because it has more parameters. I tried widths until it won: at 512 it does." The reason could be wrong and is
# written down (1 point). But the claim names no size and came after the runs, the test scores chose the width, only one side had something to choose, and there
# is no interval.

# %% [markdown]
# ## References
# 1. N. Pittaras, F. Markatopoulou, V. Mezaris, I. Patras: *Comparison of Fine-Tuning and Extension Strategies for Deep Convolutional Neural Networks*, MMM 2017.
#    [doi:10.1007/978-3-319-51811-4_9](https://doi.org/10.1007/978-3-319-51811-4_9). The course calls its slides *the document* in lessons 14 and 15.
# 2. G. Awad, C. G. M. Snoek, A. F. Smeaton, G. Quénot: *TRECVID Semantic Indexing of Video: A 6-Year Retrospective*, 2016.
#    [doi:10.3169/mta.4.187](https://doi.org/10.3169/mta.4.187)
# 3. C. Szegedy, W. Liu, Y. Jia, P. Sermanet, S. Reed, D. Anguelov, D. Erhan, V. Vanhoucke, A. Rabinovich: *Going Deeper with Convolutions*, 2014.
#    [arXiv:1409.4842](https://arxiv.org/abs/1409.4842)
# 4. E. Yilmaz, E. Kanoulas, J. A. Aslam: *A Simple and Efficient Sampling Method for Estimating AP and NDCG*, 2008.
#    [doi:10.1145/1390334.1390437](https://doi.org/10.1145/1390334.1390437)
# 5. M. Everingham, S. M. A. Eslami, L. Van Gool, C. K. I. Williams, J. Winn, A. Zisserman: *The PASCAL Visual Object Classes Challenge: A Retrospective*, 2015.
#    [doi:10.1007/s11263-014-0733-5](https://doi.org/10.1007/s11263-014-0733-5)
