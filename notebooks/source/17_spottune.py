# %% [markdown]
# # 17 · SpotTune
# **If each image may choose, block by block, between frozen and fine-tuned weights: what does it choose, and does it help?**
#
# SpotTune [1] keeps two copies of each block of a pretrained network, one frozen and one fine-tuned. A *policy network* looks at the image and decides for each
# block which copy is used: the image's *route*. SpotTune is the baseline of *the document* of lessons 16 and 17, MultiTune [2]. Its variant *global-k* has one route
# for all images, with k blocks tuned. Numbers in brackets refer to the list at the end.
#
# **You will** write the step that lets gradients pass through a decision, prove that a frozen copy is frozen, compute only what a route needs, and see what the
# policy really decides. **Time** 60 minutes; the optional part *Further* takes another 25. **Cost** less than a minute on a laptop. The finished runs come with the
# course; `course study routing --recompute` and `course study global_k --recompute` train them again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a shorter training of your own; "paper": the real network
data = None  # the studies have images of their own, of the mini world
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from functools import partial

import numpy as np
import pandas as pd
import torch

from course_lib import analysis, figures
from course_lib.analysis import multitune
from course_lib.data import prepare
from course_lib.figures.multitune import (
    costs,
    drawn_routes,
    k_curve,
    k_explorer,
    one_route,
    routed_network,
    routes,
    routing,
)

# %%
from course_lib.models import (
    changed_names,
    set_trainable,
    snapshot,
    start_model,
    train_mode,
)
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.multitune import PROFILES, methods
from course_lib.sweeps.studies.multitune.comparison import row_data
from course_lib.sweeps.studies.multitune.routing import FREEZING
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.multitune import (
    check_global_k_loss,
    check_moved,
    check_routed_block,
    check_straight_through,
)
from course_lib.training import fit, pick_device
from course_lib.training.drawn_answers import draw_answers
from course_lib.training.former import recompute_statistics
from course_lib.training.inputs import Pixels

# %%
torch.manual_seed(0)  # the same random numbers in each run
numbers = PROFILES[profile]
studied = numbers.shown or profile  # the profile of the finished runs
source = data or numbers.source

# %% [markdown]
# ## Predict
# **Commit to two guesses**, in points of test accuracy on the fine-grained set, all training images. *Drawn* routes are what the released code takes at test time:
# each decision is drawn with its probability, in place of the likelier one.

# %%
guess_full = Prediction(
    "points of test accuracy, SpotTune minus plain full fine-tuning",
    None,  # replace None by a number, e.g. 2, or by a range, e.g. (0, 4)
    reveal=reveal,
)
guess_drawn = Prediction(
    "points of test accuracy, likelier minus drawn routes",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# **The network**, drawn from the module: ResNet-26, here a quarter as wide, with a gate at each of its 12 blocks. Stem, last normalisation and head have one copy.
# The policy network is a small ResNet of its own. It begins with random weights and trains at a tenth of the rate.

# %%
epochs = max(1, numbers.epochs // 2)  # of the training in this notebook
recipe = methods.spottune(
    numbers, lr=0.01, epochs=epochs, schedule="constant", milestones=()
)

# %% tags=["report"]
show(routed_network.draw_routed(recipe), colors=12, dpi=80)

# %% [markdown]
# A decision is 0 or 1: it has no gradient. SpotTune draws it with the *Gumbel-softmax* [3]: add Gumbel noise to both logits of a gate and take the larger one. That
# draws each copy with its softmax probability. In the backward pass, the decision is replaced by the softmax of the noisy logits, divided by a *temperature* τ = 5.
#
# ### Exercise 1 · the straight-through step (15 minutes, ★★★)
# Write `straight_through`: from logits and noise (N, G, 2) it returns decisions (N, G), 1 where the noisy logit of the tuned copy (last index 1) is the larger
# one, else 0. The *gradient* of a decision is that of the tuned copy's probability in softmax((logits + noise) / τ). Hint: what is the value of
# `soft - soft.detach()`, and what is its gradient?


# %% tags=["exercise"]
def straight_through(logits, noise, temperature):
    """Decisions 0 or 1 with the gradient of the softmax."""
    # solution
    noisy = logits + noise
    soft = (noisy / temperature).softmax(dim=-1)[..., 1]
    hard = (noisy[..., 1] > noisy[..., 0]).float()
    return hard + (soft - soft.detach())
    # end solution


# %% tags=["checked"]
passed = check_straight_through(straight_through)

# %% [markdown]
# **What the temperature does.** Your function, with the same logits and noise at four temperatures. Which column changes? ("A higher temperature explores more" is
# wrong here: τ changes how far one step moves the policy, not which routes that step tries.)

# %%
if passed:
    logits = torch.tensor([0.0, 1.0]).repeat(20_000, 1, 1).requires_grad_()
    noise = -torch.empty_like(logits).exponential_().log()
    for temperature in (0.5, 1.0, 5.0, 50.0):
        decisions = straight_through(logits, noise, temperature)
        (gradient,) = torch.autograd.grad(decisions.sum(), logits)
        size = gradient.abs().mean()
        print(f"τ = {temperature:g}: {decisions.mean():.1%} tuned, |gradient| {size:.4f}")

# %% [markdown]
# ### Exercise 2 · compute what a route needs (10 minutes, ★★☆)
# In training both copies of a block compute every image, and the decision a mixes them: (1 − a) · frozen + a · tuned. The released code does the same at test time
# and saves nothing. Write `routed_block` for test time: each image goes through the copy of its route alone, and a copy that no image needs is not called. The
# outputs keep the order of the images. Hint: what do `x[routes]` and `result[routes] = …` do?


# %% tags=["exercise"]
def routed_block(x, routes, frozen, tuned):
    """Outputs of a block: routes (N,) is True where an image takes the tuned copy."""
    # solution
    copies = [
        (block, rows)
        for block, rows in ((frozen, ~routes), (tuned, routes))
        if rows.any()
    ]
    outputs = [block(x[rows]) for block, rows in copies]
    result = outputs[0].new_zeros((len(x), *outputs[0].shape[1:]))
    for (_, rows), values in zip(copies, outputs, strict=True):
        result[rows] = values
    return result
    # end solution


# %% tags=["checked"]
passed = check_routed_block(routed_block)

# %% [markdown]
# **Train one now**: SpotTune on the fine-grained set, twelve look-alike beetles, for a few epochs. The frozen copy is frozen completely here (*strict*); what the
# released code does comes below.

# %%
splits = prepare(row_data(numbers, numbers.sets(source)[0], None))
device = pick_device("auto")
run = fit(recipe, splits, seed=0, device=str(device))
test = splits.test.open()
inputs = Pixels(test, run.mean, run.std, device)
drawn = draw_answers(run.model, inputs, passes=10)
labels = test.labels.numpy()
print(f"validation {run.val_accuracy:.1%}; test {(drawn.likelier == labels).mean():.1%}")

# %% [markdown]
# Your `routed_block` in place of the network's own, at all gates:

# %%
if passed:
    model = run.model.to(device).eval()
    x = images = inputs.batch(torch.arange(64, device=device))[0]
    with torch.no_grad():
        chosen_routes = model.routes(images)
        for path in model.order:
            copies = model.frozen, model.tuned
            if path in model.gated:
                taken = chosen_routes[:, model.gated.index(path)]
                x = routed_block(x, taken, *(copy[path] for copy in copies))
            else:
                x = model.tuned[path](x)
        same = torch.allclose(model.head(x), model(images), atol=1e-4)
    show_text(f"the network's own logits: {same}")

# %% [markdown]
# Move through the test images. Are the probabilities near 0 and 1, or near ½? Does another image change the route, and another route the answer? (Sliders need a
# running kernel.)

# %%
gates = [path.replace("stage", "").replace("block", "") for path in run.model.gated]
draw_route = partial(
    one_route.one_route, test.images, labels, drawn, test.class_names, gates
)
figures.explorers.explore(draw_route, stored=False, **one_route.route_controls(drawn))

# %% [markdown]
# ### The studies
# Does the route help? Plain full fine-tuning is the control: the same network, images, epochs, schedule and augmentation, and the same rates to choose from, by
# validation, for each seed. In SpotTune's printed schedule the rate falls after 40, 60 and 80 of 110 epochs. In lesson 16's study all methods have MultiTune's
# schedule, in which it falls after 20, 50 and 80.

# %%
variants = run_study("routing", studied, data, seeds)
compared = run_study("two_networks", studied, data, seeds)  # of lesson 16
shown = PROFILES[studied]
early = analysis.select(compared, per_class=shown.rows[0])
gaps = multitune.gaps_to_full(variants)
for words, found in (
    ("SpotTune's schedule", gaps),
    ("MultiTune's schedule", multitune.gaps_to_full(early, "SpotTune")),
):
    for each, gap in found.items():
        edge = f"; not decided: {gap.edge}" if gap.edge else ""
        show_text(f"{words}, {each}: SpotTune minus full fine-tuning: {gap}{edge}")

# %%
guess_full.compare(100 * next(iter(gaps.values())).estimate)

# %% [markdown]
# With either schedule SpotTune is shown to be worse than plain fine-tuning, on both sets. From here on SpotTune has its own schedule, unless a study is said to have
# the other one.

# %%
by_set = multitune.by_set(variants)
sets = list(by_set)
first = sets[0]
spottune = {each: analysis.select(by_set[each], name=multitune.PRINTED) for each in sets}
plain = {each: analysis.select(by_set[each], name="full") for each in sets}

# %% [markdown]
# **Who takes which route?** The share of each class's test images that tunes each block, in the first seed. If routes followed the class, the rows would differ. A
# share between 0 and 100 % says that images of *one* class take different routes. The table below has all seeds: how much of the decisions the class explains,
# and how much labels in random order explain by chance.

# %%
chosen = {each: multitune.chosen_runs(runs) for each, runs in spottune.items()}
images = prepare(row_data(shown, first, shown.rows[0])).test.open()

# %% tags=["report"]
show(routes.route_heat_map(chosen[first][0], images), colors=64, dpi=80)

# %% tags=["report"]
multitune.routes_table(chosen[first])

# %% [markdown]
# **How routes change while the network trains.** The entropy of a gate's decision is 1 bit where half of the validation images take either copy, and 0 where all
# take the same. If training found out which *blocks* should be tuned, two seeds would agree about them.

# %% tags=["report"]
show(routes.route_entropy(chosen[first]), colors=8, dpi=80)

# %% [markdown]
# ## Explain
# **What does the policy decide, and what did it learn?** The control is the policy *before* training, with the random weights of its seed. It sends
# different images on different routes, too, since a random network gives different numbers for different images. So "routes differ by image" shows nothing that was
# learned; what training changed is the difference between the two rows. The BatchNorm layers of a new policy know nothing of its inputs yet: they get their means
# and variances from the training images first, so that the two rows differ in what was *learned* alone. The rows are of your one training: an example, no interval.

# %%
random_policy = start_model(
    recipe.architecture, recipe.start, len(test.class_names), network=recipe.network
)
random_policy.to(device)
recompute_statistics(random_policy, Pixels(splits.train, run.mean, run.std, device))
before = draw_answers(random_policy, inputs, passes=1)
rows = {}
for words, found in (("before training", before), ("after training", drawn)):
    decided = found.chances > 0.5
    rows[words] = {
        "blocks tuned": round(decided.sum(axis=1).mean(), 1),
        "explained by class, %": round(100 * multitune.explained(decided, labels)),
        "mean distance from ½": round(np.abs(found.chances - 0.5).mean(), 2),
    }
changed = ((before.chances > 0.5) != (drawn.chances > 0.5)).mean()

# %% tags=["report"]
pd.DataFrame(rows).T

# %%
shares = [(found.chances > 0.5).mean(axis=0) for found in (before, drawn)]
print(f"{changed:.0%} of all decisions differ before and after this training")
print(f"shares of the gates, before and after: r = {np.corrcoef(*shares)[0, 1]:.2f}")

# %% [markdown]
# And in the finished runs? A policy begins with random weights, which its *seed* decides. Correlate the shares of the 12 gates: of one seed on two sets of images,
# and of two seeds on one set. Twelve numbers correlate by chance, too: 95 % of the means lie in the last range if the gates of each run are in random order.

# %%
if len(sets) > 1:
    same_seed, same_images = multitune.seed_or_images(*(chosen[each] for each in sets))
    print("one seed, two sets of images:", same_seed)
    print("two seeds, one set of images:", same_images)

# %% [markdown]
# If the first number lies above what chance gives and the second does not, which blocks are tuned follows the seed and not the images. The seed decides the policy's
# first weights, but also the new head, the order of the images and the drawn routes, which these runs do not tell apart. Your own training does: *before*
# has the first weights alone. If both numbers lie within what chance gives, neither is shown.
#
# The policy learns slowly: its rate is a tenth, and τ = 5 makes its gradient smaller, as the cell after Exercise 1 shows. And nothing in the loss asks for few tuned
# blocks, or for decided gates: the loss is the cross-entropy alone.
#
# ### Which blocks? Global-k
# The paper's variant asks for k blocks, the same for all images. With n the share of a batch's images that tune each block, it adds to the loss (Σ n − k)² and Σ −n
# · log n, which is 0 where all images decide alike. The form is that of an independent public implementation [4]; **the weights of the two terms in the paper are
# not known to us** (here 1 and 0.1), and the released code of SpotTune has no such variant.
#
# ### Exercise 3 · the terms of global-k (10 minutes, ★★☆)
# Write `global_k_loss`: budget · (Σ n − k)² + determinism · Σ −n · log n, from decisions (N, G). Where no image tunes a block, n is 0 and log n infinite: the loss
# *and its gradient* must be finite there, too. Hint: is the mean taken before the square, or after it?


# %% tags=["exercise"]
def global_k_loss(decisions, k, budget, determinism):
    """Terms in the loss that ask for k blocks, and for the same ones for all images."""
    # solution
    n = decisions.mean(dim=0)
    undecided = -(n * (n + 1e-9).log()).sum()
    return budget * (n.sum() - k) ** 2 + determinism * undecided
    # end solution


# %% tags=["checked"]
passed = check_global_k_loss(global_k_loss)

# %% [markdown]
# The terms, with the weights of the study, for the likelier routes of your network: for which k is the first term small? The second does not depend on k.

# %%
if passed:
    decided = torch.from_numpy(drawn.likelier_routes).float()
    print(f"determinism alone: {global_k_loss(decided, 0, 0.0, 0.1):.2f}")
    for k in (0, 3, 6, 9, 12):
        print(f"k = {k}: budget alone {global_k_loss(decided, k, 1.0, 0.0):.1f}")

# %% [markdown]
# The control of global-k needs no policy: tune the *last* k blocks and freeze the others. Both tune stem, last normalisation and head, too, and both choose among
# the same rates. They differ in which blocks are tuned, and in one thing more: global-k draws its routes while it trains, so that the tuned copies see a part of the
# images. All have MultiTune's schedule, as have the runs of lesson 16 in the figure. Is a policy worth more than this simple rule?

# %%
global_k = run_study("global_k", studied, data, seeds)
print(f"{len(global_k)} runs")

# %% tags=["report"]
show(k_curve.k_curves(global_k, compared), colors=8, dpi=80)

# %%
figures.explorers.explore(
    partial(k_explorer.one_k, global_k, compared),
    stored=False,
    **k_explorer.k_controls(global_k),
)

# %% [markdown]
# No difference between the two is shown, for k = 3 or on average.
#
# Did the terms do their work? In evaluation exactly k blocks are tuned, those that training tuned most often. The policy itself may prefer another number of blocks,
# which its *likelier routes* show. *apart* is the share of the gates at which the likelier routes of two images differ; a policy that is global has 0.

# %% tags=["report"]
multitune.tuned_blocks(global_k).round(2)

# %% [markdown]
# ## Break it
# ### Is "frozen" frozen?
# ### Exercise 4 · prove that a copy is frozen (10 minutes, ★★☆)
# `before` is a snapshot of a model's state, `{name: tensor}`, from before a training. Write `moved`, which lists the names in the frozen copy (they begin with
# `"frozen."`) of all parameters *and buffers* that are not equal, to the bit, to the snapshot. Hint: which of `parameters()`, `buffers()`, `state_dict()` has all?


# %% tags=["exercise"]
def moved(before, model):
    """Names of the tensors of the frozen copy that differ from the snapshot."""
    # solution
    state = model.state_dict().items()
    frozen = [(name, value) for name, value in state if name.startswith("frozen.")]
    return [name for name, value in frozen if not torch.equal(value, before[name])]
    # end solution


# %% tags=["checked"]
passed = check_moved(moved)

# %% [markdown]
# Now two ways to freeze. Both set `requires_grad=False` on every parameter of the frozen copy. The first then calls `model.train()`, as many tutorials do; the
# second calls the library's `train_mode`, which leaves the frozen copy in evaluation mode. Then one batch goes *forward*: no loss, no step.

# %%
begun = start_model(
    recipe.architecture, recipe.start, len(test.class_names), network=recipe.network
).to(device)
rates = recipe.rates(begun.trained_stages)
x, _ = inputs.batch(torch.arange(32))
for words, prepare_model in (
    ("model.train()", lambda model: model.train()),
    ("train_mode(model, rates)", lambda model: train_mode(model, rates)),
):
    set_trainable(begun, rates)
    prepare_model(begun)
    start = snapshot(begun)
    begun(x)
    if passed:
        names = moved(start, begun)
        kinds = ", ".join(sorted({name.rpartition(".")[2] for name in names}))
        show_text(f"{words}: {len(names)} tensors of the frozen copy moved {kinds}")

# %% [markdown]
# In training mode the running statistics drift towards the new images although no parameter learns, and the "frozen" copy becomes another function. The released
# code goes one step further: of the frozen copy only the convolutions are frozen, and γ and β of its BatchNorm train, too. In your own words: is that a mistake, or
# a better method? One epoch of each:

# %%
begun = start_model(
    recipe.architecture, recipe.start, len(test.class_names), network=recipe.network
)
start = snapshot(begun)
for words, multipliers in FREEZING.items():
    once = recipe.replace(epochs=1, multipliers={**multipliers, "policy": methods.SLOW})
    model = fit(once, splits, seed=0, device=str(device)).model.cpu()
    names = [name for name in changed_names(model, start) if name.startswith("frozen.")]
    kinds = sorted({name.rpartition(".")[2] for name in names})
    print(f"{words}: {len(names)} tensors of the frozen copy moved", *kinds)

# %% [markdown]
# What freezing does to accuracy is one of three questions of the study `routing`. The *schedule* is the second: the released code decays the rate at epoch 40, but
# for want of an `elif` the steps at 60 and 80 never act. The *gates* are the third: as we remember the paper, not as we could read it again, the first macro block
# has no gate and stays frozen; the code has a gate at all 12 blocks. All four combinations of freezing and schedule were trained on both sets, and eight gates with
# strict freezing and three steps, each with its own rate by validation.

# %% tags=["report"]
show(routing.main_effect_dots(variants), colors=10, dpi=80)

# %% [markdown]
# Neither the released way of freezing nor eight gates is shown to matter. The steps that the released code leaves out are not shown to be missed: one step is shown
# to be better on the beetles. Lesson 16 finds the same of the schedule as a whole: a rate that falls later is better in trainings this short.

# %% tags=["report"]
multitune.variants_table(by_set[first])

# %% [markdown]
# ### Draw the route at test time
# The released code draws its routes at test time, too. How often is a drawn decision not the likelier one? That depends only on the gap between the two logits of a
# gate: 1 / (1 + e^gap).

# %%
for gap in (1.0, 2.0, 3.0):
    print(f"gap {gap:g}: {multitune.flip_chance(gap):.0%} of the drawn decisions flip")
chances = np.clip(drawn.chances, 1e-6, 1 - 1e-6)
gaps = np.log(chances / (1 - chances))
other = multitune.other_route_chance(gaps).mean()
print(f"your network: a drawn route is another one with probability {other:.0%}")
for answers in drawn.answers[:3]:
    same = (answers == drawn.likelier).mean()
    right = (answers == labels).mean()
    show_text(f"one call: {right:.1%} right, {same:.1%} as with likelier routes")

# %% [markdown]
# One network, the same images, other answers at each call. The finished runs, each answered several times:

# %% tags=["report"]
show(drawn_routes.drawn_spread({each: chosen[each] for each in sets}), colors=8, dpi=80)

# %%
cost = multitune.drawing_cost(chosen[first])
guess_drawn.compare(100 * cost.estimate)

# %% tags=["report"]
multitune.drawn_table(chosen[first])

# %% [markdown]
# Drawn routes add noise to the validation accuracy of every epoch. The *maximum* over epochs, which the document reports, takes the luckiest one: lesson 16 measures
# how much too high a maximum is.
#
# ## Printed and measured
# For each set the document prints the validation accuracy of one run of SpotTune, its time and its curve: no interval, no second rate, no plain fine-tuning beside
# it. The document's images and network are others: compare the questions, not the numbers.

# %% tags=["report"]
printed = {
    name: multitune.printed_row(name).spottune for name in ("Aircraft", "CIFAR100")
}
table = {
    f"printed, {name}, validation": str(own.interval) for name, own in printed.items()
}
for each in sets:
    runs = multitune.chosen_runs(plain[each])
    for name, own in (("SpotTune", chosen[each]), ("full", runs)):
        table[f"measured, {each}, test, {name}"] = str(analysis.score_over_runs(own))
pd.Series(table, name="accuracy").to_frame()

# %% [markdown]
# ### What an answer costs
# A route through one copy of each block needs half of the blocks that the released code computes, plus the policy. Multiply-adds are counted; the time is of this
# machine at this moment, the shortest of several rounds, as a ratio; *mixed* routes sort the rows of a batch into two parts.

# %% tags=["report"]
answers = multitune.route_costs(numbers.architecture, numbers.size, rounds=5)
show(costs.route_costs(answers), colors=8, dpi=80)

# %% [markdown]
# Beside a *single* network, SpotTune saves nothing: it computes the policy on top, and stores each block twice.
#
# ### What is claimed
# A claim is *reproduced* when the 95 % interval of the effect lies wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and
# *undecided* otherwise, or when a best rate at the edge of its grid could change the verdict. A claim about both sets must hold for each. "As good as" means: at
# most two points worse. Most of these sentences are ours, written before the runs: the paper on SpotTune is not at hand, and the document uses SpotTune as a
# baseline.

# %% tags=["report"]
ours = [
    "spottune-beats-full",
    "spottune-routes-by-image",
    "spottune-routes-by-class",
    "spottune-released-freezing",
    "spottune-schedule-costs",
    "spottune-drawing-costs",
    "spottune-drawing-changes",
    "global-3-as-good",
    "global-k-last-as-good",
]
show_claims(ours, profile=studied, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - A decision can be trained through: hard forward, soft backward. For given logits the temperature changes the gradient alone, never how often a copy is drawn.
# - That routes differ by image shows nothing about what was learned: an untrained policy's routes differ, too. Ask what training changed, and whether seeds agree.
# - *Frozen* is a claim about parameters **and** buffers, to the bit. `requires_grad=False` does not stop the running statistics.
# - Before a route for each image, ask what a simpler rule reaches: everything tuned at a tuned rate, or the last k blocks.
#
# ## Further
# One optional part: an experiment of your own (25 minutes).
#
# ### Your own experiment: a policy that learns (25 minutes)
# The policy learns at a tenth of the rate, with τ = 5. Does a faster policy help, or a lower temperature? **First write down one claim**, e.g. "With the rate of all
# other layers, the policy gains at least two points." Then run the cell, and judge your claim by the difference and its intervals. Another temperature is
# the recipe with `network=Routed(temperature=1.0)` in place of its own, after `from course_lib.models import Routed`.
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

short = recipe.replace(epochs=3)
recipes = {  # change these two
    "slow policy": short,
    "fast policy": short.replace(multipliers={"frozen": 0.0, "policy": 1.0}),
}
compare_recipes(recipes, splits, seeds=2)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: on the beetles, a policy with the full rate is at least two points better than one with a tenth, since its routes hardly move in
# three epochs. Both have the rate 0.01 for all else, which I did not change: at another rate the result may differ. The interval of both errors holds zero and two
# points, so the claim is undecided with two seeds. I ran the cell once."
#
# *A flawed one (1 of 5).* "A faster policy is better because it learns more. I raised its rate until it won: at 3 it does." The reason could be wrong and is written
# down (1 point). But the claim names no size and came after the runs, the test scores chose the rate, only one side had something to choose, and there is no
# interval.

# %% [markdown]
# ## References
# 1. Y. Guo, H. Shi, A. Kumar, K. Grauman, T. Rosing, R. Feris: *SpotTune: Transfer Learning through Adaptive Fine-tuning*, CVPR 2019.
#    [arXiv:1811.08737](https://arxiv.org/abs/1811.08737)
# 2. Y. Wang, J. Plested, T. Gedeon: *MultiTune: Adaptive Integration of Multiple Fine-Tuning Models for Image Classification*, ICONIP 2020.
# 3. E. Jang, S. Gu, B. Poole: *Categorical Reparameterization with Gumbel-Softmax*, 2017. [arXiv:1611.01144](https://arxiv.org/abs/1611.01144)
# 4. itsShnik: *adaptively-finetuning-transformers*, public code of SpotTune's policies for transformers,
#    [on GitHub](https://github.com/itsShnik/adaptively-finetuning-transformers)
