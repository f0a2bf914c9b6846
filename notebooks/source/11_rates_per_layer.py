# %% [markdown]
# # 11 · Learning rates per layer
# **How fast should the last layer learn, and how fast the layers below it?**
#
# *The document* of lessons 11 to 13 is a paper of IBM Research [1]. It fine-tunes a ResNet to small data sets and asks how the learning rates of its layers should be
# chosen. Its notation is short: *IL-n/LL-m* means that all inner layers learn at the rate n and the last layer at the rate m. IL 0 freezes the inner layers.
#
# **You will** compare rates of the last layer (Table 1), let the inner layers learn too (Figs 6 and 7), measure how much their rate matters (β, Fig 8), and ask
# whether the number of images per label tells the best rate (α, Table 2 and Fig 9). You will also read printed numbers with care: some contradict each other.
# **Time** 50 minutes. **Cost** seconds: the finished runs come with the course.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grid; "paper": many more steps
data = None  # the pairs of targets and sources of the mini world
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import numpy as np
import pandas as pd

from course_lib import analysis
from course_lib.analysis import rates
from course_lib.data import TRANSFERS, prepare
from course_lib.figures.rates import layers
from course_lib.models import start_model
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.rates import PROFILES, layered_recipe
from course_lib.teaching import Prediction, show, show_text
from course_lib.teaching.checks.rates import (
    check_chosen_accuracy,
    check_gain_bounds,
    check_relative_range,
    check_stage_rates,
)
from course_lib.training import fit

numbers = PROFILES[profile]

# %% [markdown]
# ## Predict
# Eight targets stand for the document's eight. Each has few images, and each starts from a network that was trained on another domain of the mini world:

# %%
pd.DataFrame(
    {
        pair.name: {
            "set": "A, close" if pair.close else "B, far",
            "images per label": pair.images_per_label,
            "training images": pair.num_train,
        }
        for pair in TRANSFERS
    }
).T

# %% [markdown]
# **Commit to a guess**: in how many of the eight pairs does it clearly help to train the inner layers, too, instead of the last layer alone? (Clearly: the 95 % interval of the
# gain lies above zero.)

# %%
guess = Prediction(
    "pairs in which training the inner layers clearly gains",
    None,  # replace None by a number, e.g. 3, or by a range, e.g. (2, 5)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# Every rate of the inner layers with every rate of the last layer, SGD with momentum 0.9, the rate falls to a tenth after each third of the steps as in the document. Each seed also
# draws its own training images, so the intervals hold that chance, too.

# %% tags=["report"]
runs = run_study("layer_rates", profile, data, seeds)
show(layers.accuracies(runs), colors=32)

# %%
pairs = rates.by_pair(runs)
gains = {pair.name: rates.inner_gain(own) for pair, own in pairs.items()}
guess.compare(sum(gain.low > 0 for gain in gains.values()))
for name, gain in gains.items():
    show_text(f"{name}: training the inner layers gains {gain}")

# %% [markdown]
# "Thus, finetuning both inner and outer layers gives the best accuracy", says the document (Section 4.2). It could hardly find anything else, since it compares the best of
# three or four inner rates with the single rate 0, on the images that the best was chosen by. Here validation chooses, and other images test.
#
# ### The last layer alone
# Table 1 of the document freezes the inner layers and compares two rates of the last one. Printed, and then measured:

# %%
pd.DataFrame(
    {
        f"{row.target} ← {row.source}": {
            "LL 0.01, %": row.low_percent,
            "LL 0.1, %": row.high_percent,
            "gain of the better, %": row.gain_percent,
        }
        for row in rates.printed_gains()
    }
).T

# %% tags=["report"]
rates.pairs_table(runs).style

# %% [markdown]
# ### Exercise 1 · the rate of each stage (5 minutes, ★☆☆)
# A recipe gives each stage a *multiplier*, and all of them one base rate. In lesson 12 a *scale* multiplies all rates again. Write the rates as a dict. Hint: a frozen
# stage has a rate, too.


# %% tags=["exercise"]
def stage_rates(base, multipliers, scale):
    """Learning rate of each stage: scale × multiplier × base."""
    # solution
    return {stage: scale * value * base for stage, value in multipliers.items()}
    # end solution


# %% tags=["checked"]
passed = check_stage_rates(stage_rates)

# %% [markdown]
# ### Exercise 2 · can the printed gain be right? (10 minutes, ★★☆)
# One of the gains in Table 1 does not follow from its accuracies. But accuracies are printed with two decimals, so each stands for a small interval: 5.80 is anything from 5.795
# to 5.805. Write the smallest and the largest *relative* gain, in per cent, of the better accuracy over the worse one. Hint: for the largest gain, in which
# direction must each of the two accuracies be off?


# %% tags=["exercise"]
def gain_bounds(low, high):
    """(smallest, largest) gain in % that two accuracies, printed with two decimals, allow."""
    # solution
    worse, better = sorted((low, high))
    half = 0.005
    smallest = 100 * ((better - half) / (worse + half) - 1)
    return max(smallest, 0.0), 100 * ((better + half) / (worse - half) - 1)
    # end solution


# %% tags=["checked"]
passed = check_gain_bounds(gain_bounds)

# %%
for row in rates.printed_gains():
    least, most = gain_bounds(row.low_percent, row.high_percent)
    fits = least - 0.005 <= row.gain_percent <= most + 0.005
    mark = "" if fits else "  ← cannot be"
    print(
        f"{row.target:<8} printed {row.gain_percent:>6} %, {least:6.2f} to {most:6.2f}{mark}"
    )

# %% [markdown]
# The document contradicts itself in other places, too. Whoever repeats an experiment has to notice such things first, and to ask the authors:

# %%
rates.inconsistencies_table()

# %% [markdown]
# ## Explain
# **What does a rate do to a stage?** Here is one target, trained with four pairs of rates, and how far the weights of each stage moved from where they started.

# %%
pair = TRANSFERS[0]
splits = prepare(pair.target_data(size=numbers.size))
before = start_model(numbers.architecture, pair.weights, splits.num_classes).state_dict()
moved = {}
for inner, head in ((0.0001, 0.01), (0.01, 0.01), (0.0001, 0.1), (0.1, 0.1)):
    recipe = layered_recipe(pair, numbers, inner=inner, head=head)
    run = fit(recipe, splits, keep_last=True)
    stages = run.model.stage_names
    moved[f"IL {inner:g}, LL {head:g}"] = analysis.stage_change(
        before, run.last_state, stages
    )
show(layers.distances(moved), colors=32)

# %% [markdown]
# ## How much does the inner rate matter?
# ### Exercise 3 · sensitivity (5 minutes, ★☆☆)
# The document measures by β how much the accuracy depends on the rate of the inner layers (Eq. 1): the largest accuracy minus the smallest, relative to the smallest, in per cent.


# %% tags=["exercise"]
def relative_range(accuracies):
    """β of Eq. 1 in per cent."""
    # solution
    lowest, highest = min(accuracies), max(accuracies)
    return 100 * (highest - lowest) / lowest
    # end solution


# %% tags=["checked"]
passed = check_relative_range(relative_range)

# %% [markdown]
# β is never negative, whatever the rate does: the largest of several numbers is at least as large as the smallest. Since accuracies of equal recipes differ by chance, a
# β above 0 proves nothing yet. The small marks show the β that would be expected if the rate had no effect at all: the spread of training again, dealt out at random.

# %% tags=["report"]
show(layers.sensitivities(runs), colors=32)

# %%
medians = {}
for head in rates.by_rates(runs):
    found = [rates.sensitivity(own, head).estimate for own in pairs.values()]
    noise = [rates.noise_sensitivity(own, head) for own in pairs.values()]
    printed = rates.printed_number(f"beta_{head:g}_median")
    medians[f"LL {head:g}"] = {
        "printed median β, %": printed,
        "measured, %": 100 * np.median(found),
        "noise alone, %": 100 * np.median(noise),
    }
pd.DataFrame(medians).T.round(1)

# %% [markdown]
# There is a second reason why β is larger at LL 0.1: it has one inner rate more, 0.1. A range over more values is larger. Without that rate:

# %%
same = [run for run in runs if rates.inner_rate(run) <= 0.01]
for head in rates.by_rates(same):
    found = [
        rates.sensitivity(own, head).estimate for own in rates.by_pair(same).values()
    ]
    print(f"LL {head:g}, the same inner rates: median β {100 * np.median(found):.1f} %")

# %% [markdown]
# ## Does the number of images per label tell the best rate?
# "Intuitively with more labelled data for the target domain, we can be more aggressive", says the document. α is the inner rate with the best accuracy.
#
# ### Exercise 4 · choose, then test (10 minutes, ★★☆)
# The document chooses α by the same accuracy that it reports. Write the honest number: each seed chooses its rate by its validation accuracy (the first of equal
# ones), and the mean over seeds of the *test* accuracies is reported. Both arrays have a row for each seed and a column for each rate. Hint: the chosen column differs from row to row.


# %% tags=["exercise"]
def chosen_accuracy(val, test):
    """Mean over seeds of the test accuracy at the rate that validation chose; (S, R) arrays."""
    # solution
    val, test = np.asarray(val), np.asarray(test)
    chosen = val.argmax(axis=1)  # (S,)
    return test[np.arange(len(test)), chosen].mean()
    # end solution


# %% tags=["checked"]
passed = check_chosen_accuracy(chosen_accuracy)

# %%
own = rates.by_rates(pairs[TRANSFERS[0]])[0.1]
val, test = (
    np.array(
        [[analysis.score_of(run, part) for run in runs_] for runs_ in own.values()]
    ).T
    for part in ("val", "test")
)  # (seeds, rates)
print(f"chosen by validation: {100 * chosen_accuracy(val, test):.1f} %")
print(f"best on the test images: {100 * test.max(axis=1).mean():.1f} %")

# %% tags=["report"]
show(layers.best_rates(runs), colors=32)
