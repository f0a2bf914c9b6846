# %% [markdown]
# # 16 · L2-SP and MultiTune
# **Do two fine-tuned networks with one joined layer beat one, and what did the released code really train?**
#
# Wang, Plested and Gedeon [1] (*the document* of lessons 16 and 17) fine-tune two copies of one network in different ways and classify their joined features:
# *MultiTune*. Both are pulled back to the pretrained weights by *L2-SP* [2]. The document compares MultiTune with *SpotTune* [3], the subject of lesson 17, on a
# fine-grained set (aircraft) and a general one (CIFAR-100). The authors' code is public [4], and it trains something else than the document says. Numbers in
# brackets refer to the list at the end.
#
# **You will** write the penalty, find out why it is zero in the released code and why the second learning rate never acts, join two branches, and compare the
# printed method with the released one, switch by switch, and with opponents that the document does not have. **Time** 60 minutes; the optional part *Further*
# takes another 25. **Cost** less than a minute on a laptop. The finished runs come with the course; `course study two_networks --recompute` trains the largest
# study again.

# %% tags=["parameters"]
profile = "mini"  # "smoke": shorter trainings, the same finished runs; "paper": real
data = None  # the studies have images of their own, of the mini world
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from dataclasses import replace
from functools import partial

import pandas as pd
import torch

from course_lib import analysis, figures
from course_lib.analysis import multitune
from course_lib.analysis.multitune import rows
from course_lib.data import prepare
from course_lib.figures.multitune import (
    costs,
    curves,
    distances,
    eta,
    network,
    penalties,
    table3,
)
from course_lib.figures.multitune import switches as switch_figures
from course_lib.models import start_model
from course_lib.sweeps import finished_runs, run_study

# %%
from course_lib.sweeps.studies.multitune import PROFILES, methods
from course_lib.sweeps.studies.multitune.comparison import row_data
from course_lib.sweeps.studies.multitune.switches import SWITCHES, switched
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.multitune import (
    check_aliased_names,
    check_join,
    check_make_l2sp,
    check_set_rates,
)
from course_lib.training import fit, pick_device
from course_lib.training.inputs import Pixels
from course_lib.training.penalties.settings import L2SP

torch.manual_seed(0)  # the same random numbers in each run
numbers = PROFILES[profile]
studied = numbers.shown or profile  # the profile of the finished runs
source = data or numbers.source

# %% [markdown]
# ## Predict
# On all training images, the document prints 59.59 % for MultiTune and 55.15 % for SpotTune (aircraft), 79.31 % and 78.45 % (CIFAR-100). **Commit to two guesses**
# for drawn images and test accuracy. An *ensemble* is the mean of the probabilities of two plainly fine-tuned networks: as many parameters, no joined layer.

# %%
guess_spottune = Prediction(
    "points of test accuracy, MultiTune minus SpotTune, fine-grained set, all images",
    None,  # replace None by a number, e.g. 4, or by a range, e.g. (0, 5)
    reveal=reveal,
)
guess_ensemble = Prediction(
    "points of test accuracy, MultiTune minus an ensemble of two, same set",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# **The images.** Table 2 of the document, and the two drawn sets that stand for its two: twelve beetles that look alike, and sixteen categories that do not. Sizes,
# means and standard deviations of the drawn sets are counted and measured now, on their training parts.

# %% tags=["report"]
multitune.table2(numbers.sets(source), numbers.size)

# %% [markdown]
# Table 3 has a row for all images and for 20, 15, 10 and 5 of each class. Fewer training images change neither the validation nor the test part here; in the
# released code the validation part shrinks with the training part.
#
# ### Exercise 1 · L2-SP (10 minutes, ★★☆)
# Fine-tuning begins with pretrained weights w⁰. Weight decay pulls towards zero, L2-SP [2] towards w⁰: Ω = α/2 · ‖w − w⁰‖² + β/2 · ‖w_new‖², where w are the
# inherited weights and w_new those of new layers, which have no start worth keeping. Write `make_l2sp`: called *before* training, it returns a function without
# arguments that computes Ω of the weights *as they are when it is called*. Hint: which of the two times does w⁰ belong to, and what is kept when you keep `w`?


# %% tags=["exercise"]
def make_l2sp(inherited, new, alpha, beta):
    """From two lists of parameters: a function that returns the penalty, a tensor."""
    # solution
    start = [w.detach().clone() for w in inherited]

    def penalty():
        pull = sum(((w - w0) ** 2).sum() for w, w0 in zip(inherited, start, strict=True))
        return alpha / 2 * pull + beta / 2 * sum((w**2).sum() for w in new)

    return penalty
    # end solution


# %% tags=["checked"]
passed_l2sp = check_make_l2sp(make_l2sp)

# %% [markdown]
# **The same α means four different things.** Systems differ in the factor ½, in which tensors count, in what w⁰ is, and in weight decay on top. The last columns
# are computed by the course's own penalty for one layer: w⁰ = (1, 2), w = (2, 4), α = 0.1; then with a bias that moved from 5 to 7.

# %% tags=["report"]
analysis.convention_table().drop(columns="source")

# %% [markdown]
# **The network.** Two ResNet-26 with one joined layer, drawn from the built modules (Fig. 1). "Last block" in Table 1 has two meanings: ResNet-26 has three *macro
# blocks* of four *residual blocks*. The released code begins the last *residual* block anew, and means the last *macro* block where it lowers the rate. The course
# trains both readings: *MultiTune* begins a macro block (*stage* in figures) anew, *MultiTune, one block* a residual block.

# %%
at_last = tuple(SWITCHES)
recipes = {
    "MultiTune": methods.multitune(numbers, 0.1),
    "as released": switched(numbers, 0.1, "released", at_last),
}

# %% tags=["report"]
show(network.draw_joined(recipes), colors=6, dpi=76)

# %% [markdown]
# In the released code both branches read what branch a computes, and only the last residual block of branch b is used: the other eleven get no gradient. The next
# table reads Table 1 from the recipes, at the document's 110 epochs. Why branch B has one rate in its last row is a question for *Break it*.

# %% tags=["report"]
paper = PROFILES["paper"]
multitune.table1(
    {
        "MultiTune": methods.multitune(paper, 0.1),
        "one block": methods.multitune(paper, 0.1, methods.LAST_BLOCK),
        "as released": switched(paper, 0.1, "released", at_last),
    }
)

# %% [markdown]
# ### Exercise 2 · the join (5 minutes, ★☆☆)
# Equation 1: Z = W · concat[η X₁; (1 − η) X₂]. Write `join`, which computes the input of W from the features (N, D) of both branches. Hint: along which dimension
# do features lie?


# %% tags=["exercise"]
def join(x1, x2, eta):
    """Both branches side by side, each with its share: (N, 2D)."""
    # solution
    return torch.cat((eta * x1, (1 - eta) * x2), dim=1)
    # end solution


# %% tags=["checked"]
passed_join = check_join(join)

# %% [markdown]
# **Table 3.** All methods have the same images, augmentation and schedule: that of MultiTune, whose rate falls after 20, 50 and 80 of 110 epochs. Validation
# chooses the learning rate for each method, row and seed, among the same ones; a method whose best rate lay at an end got more. SpotTune's frozen copy is frozen
# completely here; lesson 17 has the released one. *full* is plain full fine-tuning; in *full, head ×10* the new head learns ten times as fast as all else. On all
# images alone there are two more: *MultiTune, nothing anew*, both branches with all of their pretrained weights, is the control of what begins anew; *wider* is one
# plain network with about the parameters of two, and with other pretrained weights.

# %%
records = run_study("two_networks", studied, data, seeds)
print(f"{len(records)} runs on {len(multitune.by_row(records))} rows")

# %% tags=["report"]
show(table3.printed_and_measured(records), colors=8, dpi=80)

# %%
first = next(iter(multitune.by_row(records).values()))  # all fine-grained images
found = multitune.method_gap(first, "MultiTune", "SpotTune").interval()
variants = run_study("routing", studied, data, seeds)  # of lesson 17
printed = {
    name: multitune.gaps_to_later(records, variants, name)
    for name in ("MultiTune", "MultiTune, one block")
}
guess_spottune.compare(100 * next(iter(printed["MultiTune"].values())).estimate)

# %%
show_text(f"MultiTune − SpotTune, fine-grained, both with MultiTune's schedule: {found}")
for name, gaps in printed.items():
    for each, gap in gaps.items():
        show_text(f"{name} − SpotTune, {each}, each with its printed schedule: {gap}")

# %% [markdown]
# In SpotTune's printed schedule the rate falls after 40, 60 and 80 epochs. In the document each method has its own schedule, so that the last lines are its
# comparison. The smaller sets were not trained again with that of SpotTune: read their rows with that in mind.
#
# In the figure above, each dot on the left is one run, and the highest of 110 validation accuracies; on the right it is a mean over seeds on test images. The levels
# are of other images and mean nothing to each other. Compare *differences*: the title counts those whose paired interval excludes zero. (Bars of two methods may
# overlap, and their paired difference still be shown.) The document says that MultiTune is better "after 20 epochs". Fig. 2, measured:

# %% tags=["report"]
show(curves.validation_accuracy(records), colors=6, dpi=80)

# %% [markdown]
# **Opponents.** The document compares MultiTune with SpotTune only. What if plain fine-tuning, with a rate that validation chose, is as good as both? Bars are
# paired: the same seeds and test images on both sides. A dagger means that a best rate lies at an end of its grid, so that the row decides nothing. MultiTune also
# begins blocks anew and has a penalty, and *full* has neither. So *one branch, one block* is half of *MultiTune, one block*: one of its branches as a network of its
# own, with the same penalty and new block. Compare the two, and the ensembles of two networks of either kind.

# %% tags=["report"]
show(table3.method_gaps(records), colors=14, dpi=80)

# %%
found = multitune.method_gap(first, "MultiTune", rows.ENSEMBLE).interval()
guess_ensemble.compare(100 * found.estimate)

# %%
show_text(f"MultiTune − ensemble, paired by seed and image: {found}")

# %% [markdown]
# Which part of MultiTune is it? The pairs below differ in one thing or few. *better* and *worse* count the rows in which a difference is shown; by chance it would
# be a quarter of a row in ten, on either side.

# %% tags=["report"]
multitune.opponents_table(records)

# %% [markdown]
# All have MultiTune's schedule here. SpotTune is not shown to beat *full* in any row, so that beating SpotTune says little. A whole macro block begun anew is worse
# than one residual block in most rows, in trainings this short; one new block is not shown to be better than none. The second branch is shown to help in some rows.
# The joined layer, against a vote of two such branches, is not shown to help in any.
#
# **The schedule.** A rate that falls early may hurt some methods more than others. The study of lesson 17 has plain fine-tuning and *MultiTune, one block* with
# SpotTune's schedule, too.

# %%
block = "MultiTune, one block"
for name, base in (("SpotTune", multitune.PRINTED), ("full", "full"), (block, block)):
    for each, gap in multitune.gaps_to_later(records, variants, name, base).items():
        show_text(f"{name}, {each}: MultiTune's schedule minus SpotTune's: {gap}")
for each, gap in multitune.gaps_to_full(variants, block).items():
    show_text(f"{block} − full, {each}, both with SpotTune's schedule: {gap}")

# %% [markdown]
# With the later fall of the rate SpotTune is shown to be better on both sets, and *full* on the general one. A schedule counts about as much as a method, so that two
# methods need one schedule, or for each its best one. The ensembles and the smaller sets were trained with MultiTune's schedule alone.
#
# Every pair of seeds makes an ensemble, so that each network is in several. So the ensembles vary too little, and their interval comes from a *jackknife*: what the
# mean becomes without each seed, which leaves all pairs of the others. Beside an ensemble stand the other method's runs of the same two seeds. An ensemble has no
# validation accuracy of its own; its members keep the rates that they chose alone.
#
# **Penalties.** Is L2-SP better than L2, and than nothing? All train on the fine-grained set and have the same rates to choose from. (DELTA, BSS, StochNorm, SPD
# and MARS-PGM are later methods.)

# %%
pulled = run_study("penalties", studied, data, seeds)
print(f"{len(pulled)} runs")

# %% tags=["report"]
show(penalties.penalty_gaps(pulled), colors=8, dpi=80)

# %% [markdown]
# No more differences are shown than chance alone would give: no penalty is shown to help, or to hurt. The intervals are several points wide, and leave smaller
# effects open. The table has L2-SP against L2 at each strength α, then each at the α that validation chose (*edge*: the best is an end of those tried, so that
# nothing is decided), and against the same penalty without any pull to the start: w⁰ is w itself, as in the released code.

# %% tags=["report"]
multitune.penalty_table(pulled)

# %% [markdown]
# ## Explain
# "Theoretically, the MultiTune layer should determine which features to take." Train one network now, for a few epochs, and look at its joined layer: which branch
# has the larger weights for a class, and which moves the logits?

# %%
splits, device = prepare(row_data(numbers, source, None)), pick_device("auto")
short = replace(numbers, epochs=min(numbers.epochs, 6))  # for trainings in this lesson
recipe = methods.multitune(short, 0.03)
run = fit(recipe, splits, seed=0, device=str(device))
print(f"validation accuracy after {recipe.epochs} epochs: {run.val_accuracy:.1%}")

# %%
model = run.model.to(device)
inputs = Pixels(splits.val, run.mean, run.std, device)
branches = multitune.read_branches(model, inputs)

# %% tags=["report"]
show(eta.branch_weights(branches), colors=8, dpi=80)

# %% [markdown]
# The weights of a branch say little by themselves: features of another size need other weights. So look at the *logits*. What becomes of the same weights at another
# η? At 0 branch b answers alone, at 1 branch a. The weights were learned at η = 0.5 and are not trained again, so this says which branch the network relies on, and
# not which η is best. (The slider needs a running kernel; the menu shows the weights, times η, instead.) A possible reason for the difference: branch b trains
# its new stage at a tenth of the rate. The control is the same network with one rate: put `multipliers={}` into the recipe above, and compare the shares.

# %%
figures.explorers.explore(
    partial(eta.other_eta, branches), stored=False, **eta.eta_controls()
)

# %% [markdown]
# Your `join` must give the same: logits from joined features and the layer's own weights.

# %%
if passed_join:
    images = inputs.batch(torch.arange(8, device=device))[0]
    with torch.no_grad():
        joined = model.eval().features(images)
        x1, x2 = (2 * part for part in joined.chunk(2, dim=1))  # without η = 0.5
        same = torch.allclose(model.head(join(x1, x2, 0.5)), model(images), atol=1e-4)
    show_text(f"the network's own logits: {same}")

# %% [markdown]
# Is "this higher performance due to the integration of two different fine-tuning models"? More controls are in the study of the next part: each branch of the
# printed network as a network of its own, and both without a joined layer.
#
# ## Break it
# ### Why is the penalty zero?
# The released code keeps w⁰ in a dictionary: `start[name] = w`. Watch both ways to keep a start while a network takes five steps of gradient descent.

# %%
started = start_model(numbers.architecture, numbers.weights, splits.num_classes)
weights = dict(started.named_parameters())
kept = {
    "w": dict(weights),
    "w.detach().clone()": {n: w.detach().clone() for n, w in weights.items()},
}
on_cpu = Pixels(splits.train, run.mean, run.std, torch.device("cpu"))
x, y = on_cpu.batch(torch.arange(32))
for step in range(5):
    loss = torch.nn.functional.cross_entropy(started(x), y)
    started.zero_grad()
    loss.backward()
    with torch.no_grad():
        for w in weights.values():
            w -= 0.03 * w.grad if w.grad is not None else 0
for how, start in kept.items():
    far = sum((weights[n] - w0).square().sum().item() for n, w0 in start.items())
    print(f"start[name] = {how}: ‖w − w⁰‖² = {far:.4g} after {step + 1} steps")

# %% [markdown]
# ### Exercise 3 · find the starts that follow (10 minutes, ★★★)
# `weights` and `start` are dictionaries, name → tensor. Some starts are copies, some *follow* the weights: the parameter itself, or another tensor on the same
# memory (`w.detach()`, `w.data`). Write `aliased_names`, which returns the names of those that follow. Leave the weights as they were. Hint: equal values prove
# nothing at the start. What do `data_ptr()` of two tensors say?


# %% tags=["exercise"]
def aliased_names(weights, start):
    """Names of the starts that change when the weights change."""
    # solution
    return [name for name, w in weights.items() if w.data_ptr() == start[name].data_ptr()]
    # end solution


# %% tags=["checked"]
passed_aliased = check_aliased_names(aliased_names)

# %%
if passed_aliased:
    for how, start in kept.items():
        show_text(f"{how}: {len(aliased_names(weights, start))} of {len(start)} follow")

# %% [markdown]
# With such a start, α can be anything; what remains in the released code is β/2 · ‖w_new‖² of the head, and the optimiser's weight decay. How far do trainings move
# from their start? Without a penalty, with an aliased start, and with a copied one, all with few images and a thousand times the document's α, so that a difference
# shows within a few epochs. (Both penalties also pull the head to zero. Such an α is no advice.)

# %%
few = prepare(row_data(numbers, source, 10))
pulls = {
    "no penalty": None,
    "aliased": L2SP(alpha=10.0, start="aliased"),
    "copied": L2SP(alpha=10.0),
}
before = start_model(numbers.architecture, numbers.weights, few.num_classes)
after = {}
for name, penalty in pulls.items():
    recipe = methods.full(short, 0.01, penalty=penalty)
    done = fit(recipe, few, seed=0, device=str(device), keep=(recipe.epochs,))
    after[name] = done.kept[recipe.epochs]  # after the last epoch

# %% tags=["report"]
stages = before.inner_stages
show(
    distances.start_distances(before.state_dict(), after, stages, before.stage_of),
    colors=8,
    dpi=80,
)

# %% [markdown]
# With an aliased start the network goes as far as without a penalty. The last norm is not pulled: this L2-SP has weights alone, and neither biases nor BatchNorm.
#
# ### Why does the second rate never act?
# Branch B's last macro block should learn at a tenth of the rate. The optimiser does get two groups with two rates. But at the start of *each* epoch the released
# schedule writes one rate into all groups.
#
# ### Exercise 4 · a schedule that keeps ratios (5 minutes, ★★☆)
# Write `set_rates(groups, factor)`: set `group["lr"]` of each group of an optimiser to its *first* rate, `group["initial_lr"]`, times the factor, and return the
# groups. It is called once an epoch, with the factors 1, 1, …, 0.1, 0.1, …, 0.01, …. Hint: what happens at the second call if you multiply `group["lr"]`?


# %% tags=["exercise"]
def set_rates(groups, factor):
    """Multiply the first rate of each group."""
    # solution
    for group in groups:
        group["lr"] = group["initial_lr"] * factor
    return groups
    # end solution


# %% tags=["checked"]
passed_rates = check_set_rates(set_rates)


# %%
def released_rates(groups, factor):
    """What the released code does: one rate for all groups."""
    for group in groups:
        group["lr"] = 0.1 * factor
    return groups


schedules = {"released": released_rates}
schedules |= {"yours": set_rates} if passed_rates else {}
for name, schedule in schedules.items():
    groups = [{"lr": rate, "initial_lr": rate} for rate in (0.1, 0.01)]
    rates = [[group["lr"] for group in schedule(groups, f)] for f in (1, 0.1, 0.01)]
    print(f"{name}: " + "; ".join(" and ".join(f"{r:g}" for r in own) for own in rates))

# %% [markdown]
# ### From printed to released
# Six differences, switched on one after the other. With *no pull* comes the released weight decay. These runs have no augmentation until the last switch, which
# flips images in training *and* validation, as the released loader of MultiTune does; SpotTune's loader does not flip. Each state chooses its rate by validation.
# The last two steps train nothing new and end at what the document reports. The first is a control: how validation and test images differ after the last epoch of
# all runs, where nothing was chosen. Only the second is due to choosing rate and epoch on the images that are reported.

# %%
states = run_study("switches", studied, data, seeds)
print(f"{len(states)} runs")

# %% tags=["report"]
show(switch_figures.waterfall_steps(states), colors=8, dpi=80)

# %% [markdown]
# On both sets the released network is shown to be better than the printed one. Which of the differences does it is open: the single step that is shown is another
# one on each set.
#
# Each switch alone, and the controls, on the fine-grained set. *A alone* and *B alone* ask whether two branches beat one; *A and B alone* whether the joined layer
# adds anything to a plain vote. There A is of one seed and B of another: of one seed, both would begin with the same random stage. *+ one rate* asks whether the
# second rate matters, which the released code never tests: there it never acts. *First files* train and validate, as in the released code; beside them random
# files train, and the whole validation part chooses rate and epoch. Drawn files have no order, so that only the smaller validation part can make a difference here.

# %% tags=["report"]
show(switch_figures.switch_gaps(states), colors=8, dpi=80)

# %% [markdown]
# None of these is shown. On the general set the first step of the figure before is: the lower rate of branch B costs accuracy there.
#
# ### The maximum over the epochs
# The released log of MultiTune on aircraft has its highest accuracy after the 73rd of 110 epochs, 1986 of 3333 images: the printed 59.59 %. After the last epoch it
# is 58.57 %. How large is such a *gain* if all epochs are equally good, and few images alone make them differ (*noise*)? In the second row of each method, the
# epochs after the second decay of the rate.

# %% tags=["report"]
multitune.maximum_table(repeats=100).round(2)

# %% [markdown]
# 95 % of the gains that noise alone makes lie between *low* and *high*. SpotTune's gain lies within, MultiTune's a little above.
#
# A maximum over epochs is chosen on the images that it is reported for. How much too high is it here? The control is the difference of validation and test images
# after the *last* epoch of all runs, where nothing was chosen.

# %% tags=["report"]
optimism = multitune.optimism_of_maximum(records)
pd.DataFrame(
    {kind: {k: str(v) for k, v in own.items()} for kind, own in optimism.items()}
)

# %% [markdown]
# ## Printed and measured
# Three methods on all rows; `table` has the others, too. *maximum* and *final* are validation accuracies, *test* is that of the maximum's epoch on test images. ± is
# half the binomial interval of the maximum: what few validation images alone leave open, without the error of training again. *lr* is the rate of the pretrained
# layers.

# %% tags=["report"]
compared = [methods.SPOTTUNE, methods.MULTITUNE, methods.ONE_BLOCK]
table = multitune.comparison_table(records)
table[table.index.isin(compared, level="method")].drop(columns="last")

# %% [markdown]
# **Real images.** The rows of CIFAR-100 with 20 to 5 images of each of 100 classes, from the drawn world's weights; plain fine-tuning and L2-SP also from
# ImageNet's, with another network and larger images. In eight epochs MultiTune's schedule lowers the rate after the first, SpotTune's after the third; methods have
# MultiTune's unless their name says otherwise. Test accuracy in per cent, of 2500 images; guessing gives 1 %.

# %% tags=["report"]
on_real = finished_runs("two_networks", "real")  # nothing is trained here
multitune.accuracy_table(on_real)

# %% tags=["report"]
pairs = [
    (methods.MULTITUNE, methods.LATER[methods.SPOTTUNE]),
    (methods.ONE_BLOCK, methods.LATER[methods.SPOTTUNE]),
    (methods.ONE_BLOCK, methods.LATER[methods.FULL]),
    (methods.ONE_BLOCK, methods.ANEW),
    (methods.SP, methods.FULL),
]
multitune.gaps_table(on_real, pairs)

# %% [markdown]
# The paired differences are in points. With one new block MultiTune is shown to be better than SpotTune on three rows of four, each with its own schedule; plain
# fine-tuning with the later schedule it beats on one. That is also the only row on which the second branch is shown to help. The step to ImageNet's weights is the
# largest; it has three causes that are not separated: weights, network and size.
#
# The printed differences of Table 3, in points, with the errors that few validation images alone make (as if the methods had been tested on different images); *z*
# is the difference in standard errors.

# %% tags=["report"]
multitune.printed_differences()

# %% [markdown]
# The only row beyond two standard errors is one in which MultiTune alone flips images.
#
# **Careful reading.** Which numbers of the document cannot both be right?

# %% tags=["report"]
multitune.inconsistencies_table().set_index("what").round(1)

# %% [markdown]
# ### Cost
# The document prints minutes of training. *ms* are for an image and epoch: rows of one set differ in the number of images alone, so that different *ms* are the
# machine's, and not the network's.

# %% tags=["report"]
multitune.printed_times().set_index("set").round(2)

# %% [markdown]
# Printed are the times of the released code. It computes all blocks of branch b *forward*, discards the outputs of all but the last, and trains that one; the
# network that the document describes trains two branches. All are measured now, in turns, on few images: the shortest of three epochs counts. *MultiTune,
# released* computes the discarded blocks, too. SpotTune computes both copies of each block, and the policy. *step* and *answer* are multiply-adds for an image,
# *memory* is in MB.

# %%
five = prepare(row_data(numbers, source, 5))
cost = multitune.cost_table(five, profile, rounds=3)

# %% tags=["report"]
cost.set_index("method").round(2)

# %% tags=["report"]
show(costs.time_reductions(multitune.time_reductions(cost)), colors=6, dpi=80)

# %% [markdown]
# These seconds have no interval. The claims below take those of the finished runs: of the same images, rate and seed on both sides. The machine did other things,
# too, so that each seed counts by the median of its ratios. The course's own runs *as released* do without the discarded blocks.
#
# ### What the document claims
# A claim is *reproduced* when the 95 % interval of the effect lies wholly inside the range under *claimed*, *contradicted* when it lies wholly outside, and
# *undecided* otherwise, or when a best rate at the edge of a grid could change the [verdict](../statistics.md#verdict). Of a claim about several things, the card
# has the one that decides. Where "last block" matters there is a claim for either reading. Claims marked *ours* were worded while most runs were still to come.
# Where they say *the better plain fine-tuning*, each seed chooses between *full* and *full, head ×10* by validation, too. Half of the claims are here; lesson 26
# has all of them.

# %% tags=["report"]
chosen = [
    "multitune-beats-fine-grained",
    "multitune-beats-fine-grained-block",
    "multitune-beats-general",
    "multitune-not-obvious-block",
    "multitune-second-branch",
    "multitune-lower-rate",
    "multitune-l2sp",
    "multitune-less-time",
    "multitune-plain-as-good",
    "multitune-ensemble-block",
]
show_claims(chosen, profile=studied, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - A starting point is a *copy*. A penalty that is exactly zero, or a hyperparameter without any effect, is a reason to look at the code, not a finding.
# - A schedule multiplies the rate of each group; one that writes a rate into all groups makes them one. Print the rates that act, not those that were asked for.
# - A method needs the opponents that a reader would ask for: one plain network with a tuned rate, and two without the new layer. Here MultiTune with one new block
#   beats SpotTune, with its own schedule and with MultiTune's; against two plain networks that vote it is shown to be better about as seldom as worse.
# - A single word of a paper can matter: with "last block" read as a residual block MultiTune beats itself with a macro block in most rows here. Penalties are shown
#   to help no more often than by chance.
# - A maximum over epochs on validation images is no test accuracy, and a difference of two such maxima needs seeds, an interval, and the same augmentation on both
#   sides.
#
# ## Further
# One optional part: an experiment of your own (25 minutes).
#
# ### Your own experiment: a stronger pull (25 minutes)
# With few images a pull to the start may help, or keep a network from learning. **First write down one claim**, e.g. "On 5 images of each class, L2-SP with α =
# 0.1 is at least two points better than no penalty." Then run the cell, and judge your claim by the difference and its intervals.
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

fewest = prepare(row_data(numbers, source, 5))
plain = methods.full(short, 0.03)
sides = {  # change these two
    "no penalty": plain,
    "L2-SP": plain.replace(penalty=L2SP(alpha=0.1)),
}
compare_recipes(sides, fewest, seeds=2)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: on 5 beetles of each class, L2-SP with α = 0.1 is at least two points of test accuracy better than no penalty, since 60 images
# cannot tell which pretrained features to give up. Both sides have the rate 0.03, which I did not change: at another rate the result may differ. With two seeds
# the interval of both errors holds zero and two points, so the claim is undecided. I ran the cell once."
#
# *A flawed one (1 of 5).* "L2-SP prevents overfitting, so it is better. With α = 0.5 it finally was." The reason could be wrong and is written down (1 point). But
# the claim names no size and no images and came after the runs, the test scores chose α, only one side had something to choose, and there is no interval.

# %% [markdown]
# ## References
# 1. Y. Wang, J. Plested, T. Gedeon: *MultiTune: Adaptive Integration of Multiple Fine-Tuning Models for Image Classification*, ICONIP 2020. The course
#    calls it *the document* in lessons 16 and 17.
# 2. X. Li, Y. Grandvalet, F. Davoine: *Explicit Inductive Bias for Transfer Learning with Convolutional Networks*, ICML 2018.
#    [arXiv:1802.01483](https://arxiv.org/abs/1802.01483)
# 3. Y. Guo, H. Shi, A. Kumar, K. Grauman, T. Rosing, R. Feris: *SpotTune: Transfer Learning through Adaptive Fine-Tuning*, CVPR 2019.
#    [arXiv:1811.08737](https://arxiv.org/abs/1811.08737)
# 4. The authors' code, [github.com/YuWang24/MultiTune](https://github.com/YuWang24/MultiTune). It has no licence: the course describes what it does and copies
#    nothing.
