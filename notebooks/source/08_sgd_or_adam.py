# %% [markdown]
# # 08 · SGD or Adam
# **Which of the two, what does it cost, and what went wrong with a thousand outputs?**
#
# The homework trains everything twice, with SGD and with Adam (Section II-A, Figs. 5 and 6), and makes three remarks on the way: neither is better; Adam
# takes a third longer; with a thousand outputs for seven classes, SGD broke down and Adam did not. This lesson tests each remark with an experiment.
#
# **You will** compare both on the same test images in all six grids, see in which unit each measures its step, reproduce the mistake, look for what it takes
# to get a NaN, and time an epoch part by part. **Time** 55 minutes. **Cost** about a minute on a laptop; the finished runs of the grids come with the course.

# %% tags=["parameters"]
profile = "mini"  # "smoke": a minute; "mini": the full grids in the mini world; "paper": real data, GPU
data = "mini:cartoon"  # any source of `course data list`, e.g. "pacs:cartoon"
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
import math
import time

import pandas as pd
import torch
from torch import nn

from course_lib import analysis, figures
from course_lib.analysis import homework
from course_lib.data import DataSpec, prepare
from course_lib.figures.homework import optimizer_differences
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.homework import GRIDS, SUSPECTS, get_profile
from course_lib.teaching import Prediction, show, show_text
from course_lib.teaching.checks.homework import check_adam, check_mcnemar, check_start
from course_lib.training import Recipe, input_statistics, normalise, pick_device

torch.manual_seed(0)  # the same random numbers in each run
numbers = get_profile(profile)

# %% [markdown]
# ## Predict
# The homework found that neither optimiser is better. **Commit to a guess**: by how many points of test accuracy is Adam better when everything is
# fine-tuned (negative: worse)?

# %%
guess_gain = Prediction(
    "test accuracy of full fine-tuning, Adam − SGD, points",
    None,  # replace None by a number, e.g. 1, or by a range, e.g. (-1, 3)
    reveal=reveal,
)

# %% [markdown]
# ## Run
# The six grids of lessons 03 to 06: three strategies, 1687 or 189 images, every rate, both optimisers. Finished runs are taken from the ledger.

# %%
runs = {name: run_study(name, profile, data, seeds) for name in GRIDS}
print(f"{sum(map(len, runs.values()))} runs in {len(runs)} grids")

# %% [markdown]
# Figures 5 and 6 of the homework: full fine-tuning with 1687 images, each optimiser at the rate with its highest mean validation accuracy. The mean is used
# because the single best of all runs may owe its place to a lucky seed.

# %%
chosen = {o: analysis.best_rate(analysis.select(runs["full"], optimizer=o)) for o in ("sgd", "adam")}
own = {o: analysis.select(runs["full"], optimizer=o, lr=lr) for o, lr in chosen.items()}
print("chosen rates:", chosen)

# %% tags=["report"]
early = min(5, numbers.epochs)
losses = [sum(run["history"][early - 1]["train_loss"] for run in found) / len(found) for found in own.values()]
title = f"After {early} epochs, each at its own rate: training loss {losses[0]:.2f} with SGD, {losses[1]:.2f} with Adam"
show(figures.quantity_curves(own["sgd"] + own["adam"], ("train_loss", "val_accuracy"), title=title, log_loss=True))

# %% [markdown]
# A tenth or ten times the rate would give other curves for both, so "SGD or Adam at rate 0.01?" is no fair question. Give each optimiser the same five rates,
# let validation choose one for each seed, and compare the chosen runs, in all six grids:

# %% tags=["report"]
table = homework.optimizer_table(runs)
ahead = {kind: int((table[kind] > 0).sum()) for kind in ("printed", "Adam − SGD")}
show_text(f"Adam is ahead in {ahead['Adam − SGD']} of {len(table)} grids here, in {ahead['printed']} in the homework")

# %%
guess_gain.compare(table.set_index("grid").loc["full", "Adam − SGD"])

# %% [markdown]
# Overlapping intervals of two accuracies decide nothing. Both optimisers were tested on the *same* images, so compare them image by image. The difference has
# two sources of error, and each has an interval. *Other test images* is a bootstrap over the images; *training again* is an interval over the seeds. Only if
# both intervals lie on the same side of zero do we speak of a difference.
#
# And there is a third condition. If the best rate of an optimiser is the highest or the lowest of the grid (column `edge`), a rate that nobody tried may be
# better still. Then the grid has not found what this optimiser can do, however narrow the intervals are: the comparison is *undecided*. The homework's rates
# end at 0.03. Look at the sensitivity curves below (an open dot marks such a best rate): does the curve of SGD turn before 0.03?


# %%
def one_side(row, *ends):
    """Whether the interval with these ends leaves out zero."""
    return row[ends[0]] * row[ends[1]] > 0  # False if an end is missing: one seed has no interval over seeds


def is_clear(row):
    """Whether both intervals leave out zero and no best rate is at the edge of its grid."""
    return row["edge"] == "–" and one_side(row, "low", "high") and one_side(row, "low, seeds", "high, seeds")


# %% tags=["report"]
clear = table[table.apply(is_clear, axis=1)]["grid"]
at_edge = f"{sum(table['edge'] != '–')} of {len(table)} end at the edge of their rates"
verdict = f"a difference in {', '.join(clear).replace('_', ' ')}" if len(clear) else f"nothing decided, {at_edge}"
show(optimizer_differences(table, title=f"Adam − SGD, grid by grid: {verdict}"))

# %% [markdown]
# At 95 % one interval in twenty misses zero by chance, and we looked at six grids. So compare once more, with intervals wide enough that *all six together*
# hold with 95 % (Bonferroni), and with the exact McNemar test. Its p-value is that of the seed with the largest p-value.

# %% tags=["report"]
strict = homework.optimizer_table(runs, confidence=1 - 0.05 / len(runs))
strict["clear"] = strict.apply(is_clear, axis=1)
strict.set_index("grid")

# %% [markdown]
# ### Exercise 1 · McNemar's test (10 minutes, ★★☆)
# The test asks only about images on which the two networks *disagree*: one of them is right, the other wrong. If neither network is better, each such image
# is the toss of a coin: heads if A alone is right, tails if B alone is. Write `mcnemar_p`, which returns the p-value.
# Hint: `binomtest(heads, tosses).pvalue` is exact and two-sided; it refuses 0 tosses, so say yourself what two networks that never disagree give.

# %% tags=["exercise"]
from scipy.stats import binomtest


def mcnemar_p(right_a, right_b):
    """Exact two-sided p-value from two arrays (N,) of 0 and 1, in the same order of images."""
    # solution
    only_a, only_b = (right_a > right_b).sum(), (right_b > right_a).sum()
    tosses = only_a + only_b
    return binomtest(only_a, tosses).pvalue if tosses else 1.0
    # end solution


# %% tags=["checked"]
passed = check_mcnemar(mcnemar_p)

# %% [markdown]
# **The price of the wrong rate.** The choice of the optimiser may cost nothing if the rate is right, and a lot if the rate is wrong. Here are the same runs
# as a function of the rate:


# %% tags=["report"]
def price(optimizer):
    """Validation accuracy of the best rate minus that of the worst, in points; mean over the grids."""
    columns = [analysis.grid_table(analysis.select(found, optimizer=optimizer))["val %"] for found in runs.values()]
    return sum(column.max() - column.min() for column in columns) / len(columns)


title = f"Between the best and the worst rate: {price('sgd'):.0f} points with SGD, {price('adam'):.0f} with Adam"
show(figures.rate_sensitivity({name.replace("_", " "): found for name, found in runs.items()}, title=title))

# %% [markdown]
# Where is the best rate of each optimiser, and how far apart are the two rates? The optimisers measure their steps in different units.
#
# ## Explain
# SGD moves a weight by *rate × gradient*. Adam divides the gradient by its own recent size: the step is about *the rate*, whatever the gradient. Take one
# network and one batch after the other. For every tensor of weights, the figure shows the size of the gradient and the size of the step that followed from
# it:

# %%
from course_lib.models import start_model

few = prepare(DataSpec(source=data, size=numbers.size, few_shot=True))
mean, std = input_statistics(Recipe.full(), few)
rate = 0.001


def rms(tensor):
    return tensor.detach().double().square().mean().sqrt().item()


def step_sizes(make_optimizer, steps, outputs=None):
    """Root mean square of gradient and step of every tensor, in the last of `steps` steps."""
    model = start_model(numbers.architecture, numbers.weights, outputs or few.num_classes, seed=0).train()
    optimizer = make_optimizer(model.parameters(), lr=rate)
    for rows in (
        torch.randperm(len(few.train), generator=torch.Generator().manual_seed(0)).repeat(steps).split(32)[:steps]
    ):
        images, labels = few.train.batch(rows)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(normalise(images, mean, std)), labels).backward()
        before = [p.detach().clone() for p in model.parameters()]
        optimizer.step()
    return [(rms(p.grad), rms(p - old)) for p, old in zip(model.parameters(), before, strict=True)]


# %% tags=["report"]
sizes = {
    "SGD": step_sizes(torch.optim.SGD, 1),
    "Adam, first step": step_sizes(torch.optim.Adam, 1),
    "Adam, 20th step": step_sizes(torch.optim.Adam, 20),
}
spread = {name: max(s for _, s in points) / min(s for _, s in points) for name, points in sizes.items()}
largest, first = spread["SGD"], spread["Adam, first step"]
title = f"At one rate, SGD's steps differ {largest:.0f}-fold between tensors, Adam's first steps {first:.1f}-fold"
show(figures.step_sizes(sizes, rate, title=title))

# %% [markdown]
# So SGD's rate is "weight per gradient". Its best value depends on how large the gradients are: on the network, on the number of images, on whether the loss
# is a mean or a sum. Adam's rate is "weight per step". After twenty steps Adam moves less than its rate: in its running mean, gradients that change sign
# cancel. The gradients of a weight on which all batches agree do not cancel.
#
# ### Exercise 2 · Adam by hand (10 minutes, ★★☆)
# Write one step: keep a running mean of the gradient (β₁ = 0.9) and of its square (β₂ = 0.999), correct both for their start at zero, and divide the first by
# the root of the second.
# Hint: after `count` steps, a mean that started at zero is too small by the factor 1 − β^count.


# %% tags=["exercise"]
def adam_step(weight, gradient, mean, square, count, lr):
    """The new weight, mean and square after step number `count` (1, 2, …)."""
    # solution
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient**2
    weight = weight - lr * (mean / (1 - 0.9**count)) / ((square / (1 - 0.999**count)).sqrt() + 1e-8)
    return weight, mean, square
    # end solution


# %% tags=["checked"]
passed = check_adam(adam_step)

# %% [markdown]
# ## Break it
# Now the mistake of Section II-A: a last layer with a thousand outputs, as ImageNet has, for seven classes. Labels 0 to 6 are used; the other 993 outputs
# never are. Before any training, a head that knows nothing should have a loss of log(number of outputs). **This one number would have shown the mistake in
# the first second:**

# %%
images, labels = few.train.batch(torch.arange(len(few.train)))
pixels = normalise(images, mean, std)
for outputs in (few.num_classes, 1000):
    fresh = start_model(numbers.architecture, numbers.weights, outputs, seed=0).eval()
    with torch.no_grad():
        first_loss = nn.functional.cross_entropy(fresh(pixels), labels).item()
    print(f"{outputs:>4} outputs: loss at the start {first_loss:.2f}, log({outputs}) = {math.log(outputs):.2f}")

# %% [markdown]
# ### Exercise 3 · the check that was missing (5 minutes, ★☆☆)
# Write a check that is cheap enough for any training script: does the loss at the start fit the number of *classes*? Hint: a factor of 1.5 leaves room for a
# new head whose loss is a little off; log(1000) is 3.5 times log(7).


# %% tags=["exercise"]
def start_is_plausible(first_loss, num_classes):
    """Whether the first loss is plausible for an untrained head with `num_classes` classes."""
    # solution
    return first_loss < 1.5 * math.log(num_classes)
    # end solution


# %% tags=["checked"]
passed = check_start(start_is_plausible)

# %% [markdown]
# But a wrong start is not yet a NaN. The gradient of an output is *its probability − whether it is the right one*. So every image pushes an unused output
# down, each time by about 1/1000. A used output is pushed up by the images of its own class:

# %% tags=["checked"]
logits = fresh(pixels).detach().requires_grad_()
nn.functional.cross_entropy(logits, labels).backward()
push = logits.grad.mean(dim=0)  # (1000,), positive: downwards
print("unused outputs pushed down:", int((push[few.num_classes :] > 0).sum()), "of", 1000 - few.num_classes)
print("used outputs pushed up:", int((push[: few.num_classes] < 0).sum()), "of", few.num_classes)

# %% [markdown]
# How fast does the probability leave the outputs that no class uses?


# %%
def unused_share(optimizer_class, lr, steps):
    """Probability on the 993 unused outputs, in evaluation mode, before training and after each step."""
    model = start_model(numbers.architecture, numbers.weights, 1000, seed=0)
    optimizer, shares = optimizer_class(model.parameters(), lr=lr), []
    for rows in torch.arange(len(pixels)).repeat(steps).split(32)[: steps + 1]:
        with torch.no_grad():
            shares.append(model.eval()(pixels[:64]).softmax(dim=1)[:, few.num_classes :].sum(dim=1).mean().item())
        optimizer.zero_grad()
        nn.functional.cross_entropy(model.train()(pixels[rows]), labels[rows]).backward()
        optimizer.step()
    return [f"{share:.1%}" for share in shares]


steps = 12
leaving = {
    "SGD, 0.03": unused_share(torch.optim.SGD, 0.03, steps),
    "SGD, 0.001": unused_share(torch.optim.SGD, 0.001, steps),
    "Adam, 0.001": unused_share(torch.optim.Adam, 0.001, steps),
}
pd.DataFrame(leaving, index=pd.Index(range(steps + 1), name="step"))

# %% [markdown]
# Training itself solves the problem of the unused outputs, and the higher the rate, the faster. The study `thousand_outputs` is Table VII's grid (189 images,
# everything fine-tuned) with nothing changed but the number of outputs:

# %% tags=["report"]
thousand = run_study("thousand_outputs", profile, data, seeds)
heads = {"1000": thousand, "7": runs["few_shot_full"]}
lost = {n: sum(run["status"] == "diverged" for run in found) for n, found in heads.items()}
print(f"diverged: {lost['7']} of {len(heads['7'])} runs with 7 outputs, {lost['1000']} of {len(thousand)} with 1000")
columns = {n: analysis.grid_table(found).set_index(["optimizer", "lr"])["val %"] for n, found in heads.items()}
pd.DataFrame(columns).rename(columns="{} outputs, val %".format)

# %% tags=["report"]
paired = [
    analysis.paired_table({f"{o}, {n} outputs": analysis.select(found, optimizer=o) for n, found in heads.items()})
    for o in ("sgd", "adam")
]
pd.concat(paired, ignore_index=True)

# %% [markdown]
# Compare this with what the homework met: NaNs with SGD at 0.03 and 0.01, and test accuracies of 20 to 30 % with Adam. If the thousand outputs alone do not
# cause that, what does? **Search on purpose**, with one epoch for each setting, in batches of eight: larger rates, momentum, and BatchNorm left in `eval()`
# while everything learns. In `eval()` BatchNorm rescales by stored statistics, which no longer fit the weights once these have moved. (Other solutions of
# this assignment train in `eval()` where layers are frozen.)

# %%
divergence = run_study("divergence", profile, data, seeds)
rows = {
    f"{suspect}, {outputs or few.num_classes} outputs": analysis.select(divergence, num_outputs=outputs, **changes)
    for suspect, changes in SUSPECTS.items()
    for outputs in (None, 1000)
}
print(len(divergence), "runs of one epoch")

# %% tags=["report"]
lost = {
    outputs: sum(run["status"] == "diverged" for run in analysis.select(divergence, num_outputs=outputs))
    for outputs in (None, 1000)
}
title = f"Diverged within an epoch: {lost[None]} of {len(divergence) // 2} runs with 7 outputs, {lost[1000]} with 1000"
show(figures.rate_map(rows, title=title))

# %% [markdown]
# Read the figure by pairs of rows, and count seeds before you believe a pair. Where nothing diverges with either head, a thousand outputs alone are harmless.
# Where both heads diverge, something else is to blame. Where only the head with a thousand outputs diverges, these outputs tip the balance: the loss starts
# higher and stays high for longer, so the steps are larger while the head learns which outputs it does not need.
#
# One more suspect is in the columns: a loss that is *summed* over a batch of eight in place of averaged. It multiplies SGD's rate by eight and leaves Adam as
# it is: the homework's 0.01 and 0.03 become 0.08 and 0.24. Which rows turn into NaN there, and what is left of Adam's accuracy at 0.01 and 0.03? Compare this
# with what is printed. A mistake that reproduces the symptom is a suspect, no more. Whether it is what happened, we cannot know.
#
# ## Printed and measured
# **Seconds.** Both optimisers get the same images in the same batches. A few epochs of each are run in turn, and the clock is read after every part. PyTorch
# offers each optimiser in three forms: tensor by tensor in a loop (its default on a CPU); *foreach*, which does each operation for all tensors at once (its
# default on a GPU since version 2.0); and *fused* into one pass over all weights. Here we time the first and the last. The batch size matters, too: a step
# costs the same for 8 images as for 32.

# %%
device = pick_device()
statistics = (mean.to(device), std.to(device))
parts = ("prepare batch", "forward", "backward", "step", "validation")


def now():
    if device.type == "cuda":
        torch.cuda.synchronize()  # a GPU works on while Python goes on: wait for it
    return time.perf_counter()


def clocked(iterator):
    """Run a generator that yields the name of each part it has finished; return the seconds of each part."""
    seconds, last = dict.fromkeys(parts, 0.0), now()
    for part in iterator:
        seconds[part] += now() - last
        last = now()
    return seconds


# %%
def one_epoch(model, optimizer, batch_size):
    """Train and validate for one epoch; yield the name of each part when it is finished."""
    model.train()
    for rows in torch.randperm(len(few.train)).split(batch_size):
        images, labels = (part.to(device) for part in few.train.batch(rows))
        batch = normalise(images, *statistics)
        yield "prepare batch"
        loss = nn.functional.cross_entropy(model(batch), labels)
        yield "forward"
        optimizer.zero_grad()
        loss.backward()
        yield "backward"
        optimizer.step()
        yield "step"
    with torch.no_grad():
        images, labels = (part.to(device) for part in few.val.batch(torch.arange(len(few.val))))
        model.eval()(normalise(images, *statistics)).argmax(dim=1)
    yield "validation"


# %% [markdown]
# **Commit to a guess** before the clock runs. The homework printed 5.57 s for an epoch with SGD and 7.49 s with Adam. How much longer does an epoch with
# Adam take here, tensor by tensor, in batches of eight?

# %%
guess_time = Prediction(
    "an epoch with Adam takes longer by, %",
    None,  # replace None by a number, e.g. 30, or by a range, e.g. (10, 50)
    reveal=reveal,
)

# %% [markdown]
# We use one thread, as the course does to train mini networks, so that a second busy core does not show up as a difference. The first round is a warm-up and
# is discarded.

# %%
forms = {"tensor by tensor": {"foreach": False, "fused": False}, "fused": {"fused": True}}
optimizers = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}
cases = {}
for size in (8, 32):
    for form, options in forms.items():
        for name, kind in optimizers.items():
            model = start_model(numbers.architecture, numbers.weights, few.num_classes, seed=0).to(device)
            cases[size, form, name] = (model, kind(model.parameters(), lr=1e-4, **options), size)
times = {case: [] for case in cases}
threads = torch.get_num_threads()
torch.set_num_threads(1)
for turn in range(5):
    for case, prepared in cases.items():
        seconds = clocked(one_epoch(*prepared))
        if turn:
            times[case].append(seconds)
torch.set_num_threads(threads)

# %% tags=["report"]
printed = {name: homework.printed_number(f"{name}_epoch") for name in ("sgd", "adam")}


def slower(size, form, parts=parts[:-1]):
    """How much longer Adam takes, %: low, median and high of the pairs timed in the same turn."""
    totals = [[sum(epoch[part] for part in parts) for epoch in times[size, form, name]] for name in ("Adam", "SGD")]
    ratios = pd.Series([100 * (adam / sgd - 1) for adam, sgd in zip(*totals, strict=True)])
    return ratios.quantile([0, 0.5, 1]).tolist()


with_loop, with_fused = (slower(8, form)[1] for form in forms)
gap = 100 * (printed["adam"] / printed["sgd"] - 1)
title = f"Adam, batches of 8: {with_loop:+.0f} % tensor by tensor, {with_fused:+.0f} % fused (printed: {gap:+.0f} %)"
rows = {f"{name}, {form}, batch {size}": times[size, form, name] for size, form, name in cases}
per_image = len(few.train) / 1000
show(figures.epoch_parts(rows, title=title, per=per_image, xlabel="milliseconds per training image"))

# %% tags=["report"]
counted = {"training": parts[:-1], "training and validation": parts, "the step alone": ("step",)}
rows = []
for size, form, _ in list(cases)[::2]:
    for what, some in counted.items():
        low, middle, high = slower(size, form, some)
        row = {"batch": size, "form": form, "timed": what, "Adam longer by, %": middle}
        rows.append({**row, "lowest": low, "highest": high})
pd.DataFrame(rows).round(1)

# %%
guess_time.compare(slower(8, "tensor by tensor")[1])

# %% [markdown]
# What did the homework time? Divide its numbers by the steps that 1687 images make in batches of eight (its batch size, as far as other solutions tell):

# %% tags=["checked"]
steps = math.ceil(1687 / 8)
print(f"{1000 * printed['sgd'] / steps:.0f} ms for a step with SGD, {1000 * printed['adam'] / steps:.0f} ms with Adam")
print(f"Adam costs {1000 * (printed['adam'] - printed['sgd']) / steps:.0f} ms more in each of {steps} steps")

# %% [markdown]
# Several milliseconds are much more than the arithmetic of Adam takes on a GPU for the 11 million weights of a ResNet-18. A *hypothesis*: they are the time
# it takes to *start* a dozen small operations for each of 62 tensors, one after the other. That holds for the loop only, which was the default on a GPU
# before version 2.0; foreach and fused start few operations for all tensors. The homework does not say which version and form it used, or whether its seconds
# include the validation. Such a cost is per step and not per image: the table above shows what becomes of it with larger batches and with the fused step.
#
# **Accuracy.** "No statistically significant pattern", says the homework. The differences are in the figure and the table above; here are the rates that
# validation chose, printed and for each of our seeds:

# %% tags=["report"]
choices = {}
for name, found in runs.items():
    side = homework.printed_and_measured(name.removeprefix("few_shot_"), found).set_index("optimizer")
    choices[name] = {f"{o}, {kind}": side.loc[o, f"lr, {kind}"] for o in side.index for kind in ("printed", "measured")}
pd.DataFrame(choices).T

# %% [markdown]
# In how many grids does the *printed* 95 % interval leave out zero (the figure)? In how many does it do so when all six intervals have to hold together (the
# table)? The printed numbers are of one run each, so a difference has to be large to be seen at all. Our several seeds make our intervals narrower. Where a
# measured difference is clear, say for which strategy. Look at the sensitivity curves before you call it a merit of the optimiser: five rates are a coarse
# grid, and the true best rate of one optimiser may lie between them or outside. `course study higher_rates` and `course study momentum` go on from here.
#
# ## Remember
# - SGD's step is rate × gradient, Adam's is about the rate. Their rates are in different units: compare optimisers only when each had its own rate chosen,
#   from a grid that goes on until the score falls. A best rate at the edge of its grid decides nothing.
# - Check the first loss against log(classes). When correcting an error removes the symptom, put that error back alone before you call it the cause.
# - Adam's update has a cost per step, so its share depends on the batch size and on the implementation. Time the parts, take turns, and say what was timed.
