# %% [markdown]
# # 12 · Graduated rates
# **If later stages should learn faster than earlier ones, how fast should all of them learn, and can that be predicted for a new task?**
#
# Section 4.3 of the document [1] gives each stage a rate of its own: the later the stage, the higher its rate. It tries this on flowers (Fig. 10), and then on 70
# small tasks at eleven *scales*, 770 trainings. Picking the best scale of each task lifts its mean accuracy from 78.1 to 88.0 %. The document ends with a wish: to
# predict the scale from what is known of a task. This lesson repeats the experiment with a large test part that the document did not have, and tries the wish.
#
# **You will** write graduated rates, find out how much of "the best of eleven" is luck, and compare ways to choose a scale by what they reach and by what they
# cost. **Time** 60 minutes; the optional part *Further* takes another 25. **Cost** less than a minute on a laptop. The finished runs come with the course;
# `course study scales --recompute` trains the 770 × 3 runs again, in about an hour on two cores.

# %% tags=["parameters"]
profile = "mini"  # "smoke": five tasks, three scales; "mini" and "paper": all of them
data = None  # the studies have images of their own: seventy tasks of the mini world
seeds = None  # runs of each recipe; None: the profile's own number
reveal = False  # True: show what was measured without a guess

# %%
from functools import partial

import numpy as np

from course_lib.analysis import rates
from course_lib.analysis.rates import flowers
from course_lib.analysis.rates import predictors as P
from course_lib.figures import explorers
from course_lib.figures.rates import choosing
from course_lib.figures.rates import scales as figures
from course_lib.sweeps import run_study
from course_lib.sweeps.studies.rates import PROFILES
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.checks.rates import (
    check_graduated_rates,
    check_honest_choice,
    check_scales_of_others,
    check_vote,
)
from course_lib.training.graduated import MULTIPLIERS, STAGES, graduated_recipe

numbers = PROFILES[profile]

# %% [markdown]
# ## Predict
# Picking the best of eleven scales for each task lifts the document's mean accuracy by 9.9 points over its baseline, measured on the *same* images that picked the
# scale, about 50 of each task. Here, other images judge: at least 500 of each task. **Commit to two guesses** about seventy tasks of the mini world.

# %%
guess_gain = Prediction(
    "points gained by the best of the scales over the baseline, on the test images",
    None,  # replace None by a number, e.g. 8, or by a range, e.g. (0, 5)
    reveal=reveal,
)
guess_ties = Prediction(
    "per cent of the choices in which several scales share the top validation accuracy",
    None,
    reveal=reveal,
)

# %% [markdown]
# ## Run
# The document splits the inner layers into five stages, here stem and stage1 to stage4. On the 70 tasks their *multipliers* are 0, 1, 2, 4, 8 and that of the last
# layer is 16. The rate of a stage is scale × multiplier × 0.001.

# %% tags=["checked"]
for scale in (0.25, 1, 10):
    recipe = graduated_recipe(scale)
    shown = [
        f"{stage} {rate:g}" for stage, rate in recipe.rates((*STAGES, "head")).items()
    ]
    print(f"scale {scale:g}:", ", ".join(shown))

# %% [markdown]
# ### Exercise 1 · graduated rates (5 minutes, ★☆☆)
# Write `graduated_rates`, which returns a dict from stage to rate for the five stages *and* the head. Hint: the document's own example is a scale of 0.5, a
# multiplier of 2 and a base rate of 0.001. Does the scale hold for the head, too? What is the rate of a stage whose multiplier is 0?


# %% tags=["exercise"]
def graduated_rates(scale, multipliers, head_multiplier, base_rate):
    """Rate of each stage: stem, stage1 to stage4 (in the order of `multipliers`), head."""
    # solution
    stages = ("stem", "stage1", "stage2", "stage3", "stage4")
    factors = dict(zip(stages, multipliers, strict=True)) | {"head": head_multiplier}
    return {stage: scale * factor * base_rate for stage, factor in factors.items()}
    # end solution


# %% tags=["checked"]
passed = check_graduated_rates(graduated_rates)

# %% [markdown]
# **Flowers** (Fig. 10). The source is the domain *plants*; ten images of each species train. Base rate 0.001. The document compares the uniform multipliers 1, 2
# and 5 with "a graduated set", 0, 0, 1, 2, 5. Its text gives the last layer the multiplier 10, the caption of Fig. 10 says 20: here are both. The other rows are
# controls: a higher uniform multiplier, the same five numbers in reversed order, their mean 1.6 for every stage, and twice the graduated set.

# %%
flower_records = run_study("flower_rates", profile, data)
print(f"{len(flower_records)} runs")

# %% tags=["report"]
show(figures.flower_multipliers(flower_records), colors=24)

# %%
for head in rates.flower_heads(flower_records):
    for what, a, b in (
        ("reversed", (flowers.GRADUATED,), (flowers.REVERSED,)),
        ("uniform 1.6", (flowers.GRADUATED,), (flowers.SAME_MEAN,)),
        ("uniform, up to 10", flowers.MORE_GRADUATED, flowers.MORE_UNIFORM),
    ):
        gap = rates.flower_gap(flower_records, head, a, b)
        ends = [rates.highest_chosen(flower_records, head, names) for names in (a, b)]
        edge = len(a) > 1 and any(ends)
        note = " (the highest set tried was chosen: undecided)" if edge else ""
        show_text(f"LL {head:g}, graduated minus {what}: {P.verdict(gap)}{note}")

# %% [markdown]
# Three questions, three lines for each LL. Does the *order* matter (reversed)? Does graduating matter at the same mean rate (uniform 1.6)? Does it still win when
# both kinds may go higher? Where an interval contains zero, it is not shown; where a side takes its highest set, a better one may lie beyond, and the comparison
# is undecided. Look at the uniform rows of the figure: if accuracy still rises at 5, then the document's uniform rates ended at an edge, and graduated rates
# were compared with uniform ones that were too low. (All seeds have the same 1200 test images; the two runs of a seed are paired image by image.)
#
# **Seventy tasks.** Our tasks have as many images and classes as the document's, on average; they are drawn, in styles and difficulties that vary. Four fifths
# of the images train, one fifth validates. Fig. 11 of the document shows from which domains its tasks came; the left panel is its counterpart.

# %% tags=["report"]
show(figures.task_overview(), colors=16)

# %%
records = run_study("scales", profile, data, seeds)
head_records = run_study("scale_heads", profile, data, seeds)
grid, heads = rates.grid_of(records), rates.grid_of(head_records, rates.head_of)
print(
    f"{len(grid.tasks)} tasks, {len(records)} runs with graduated rates, "
    f"{len(head_records)} of the last layer alone, {grid.val.shape[2]} seeds"
)

# %% tags=["report"]
show(figures.printed_and_measured(grid, heads), colors=24)

# %%
best = grid.taken(grid.by_validation())
gain = best.mean() - heads.at(10).mean()
guess_gain.compare(100 * float(gain))
guess_ties.compare(100 * rates.share_of_ties(grid))

# %% [markdown]
# The document trains for 20 epochs and has no other images than those that choose. So what repeats it is the validation accuracy after the *last* epoch. Our runs
# can also keep the epoch that validation chose, and this is a second choice on the same 50 images: how much does it give to each row of the table?
#
# The document's comparison changes *two* things at once: the inner layers move, and LL is 16 × scale instead of 10. So the table has two more baselines: the last
# layer alone at the LL that validation chooses among twelve, and at the LL of the scale that was chosen. The last column counts how often the lowest and the
# highest value was chosen (ties go to the lowest): beyond an end that is chosen often, a better one may lie. The last row gives ties to the highest scale.

# %% tags=["report"]
rates.headline_table(grid, heads)

# %% [markdown]
# In the runs that come with the course, choosing the epoch gives the baseline 4.7 points on validation images and scale 0.25 only 2.8. The other rate of the last
# layer mattered little: the best of the scales keeps its gain over the last layer at its own best LL, though that is often the lowest one tried. The rule for ties
# mattered more: taking the highest of equally good scales in place of the lowest loses a third of the gain.

# %% [markdown]
# ### Exercise 2 · an honest choice (10 minutes, ★★☆)
# Write `honest_choice`. Its arrays have a row for each task and a column for each scale. For each task choose the scale with the highest *validation* accuracy, of
# equal ones the first, and return two numbers: the mean validation accuracy of the winners, and their mean *test* accuracy. Hint: what decides which column is
# taken, and what must take no part in it?


# %% tags=["exercise"]
def honest_choice(val, test):
    """Mean validation and mean test accuracy of validation's choices; both (T, K)."""
    # solution
    tasks, chosen = np.arange(len(val)), val.argmax(axis=1)
    return val[tasks, chosen].mean(), test[tasks, chosen].mean()
    # end solution


# %% tags=["checked"]
passed = check_honest_choice(honest_choice)

# %% [markdown]
# ## Explain
# How does accuracy depend on the scale, in the mean over all tasks?

# %% tags=["report"]
show(figures.scale_curves(grid, heads), colors=24)

# %% [markdown]
# The curve of the test images is flat over a wide range. Its intervals are wide since tasks differ in difficulty; differences between scales are paired by task,
# and much more certain. The title does not compare the highest point with another one: the test images chose it. It lets the other tasks choose.
#
# "So we looked at which scale was most frequently the optimal one, and it was scale of 0.25." With some 50 validation images, several scales often share the
# highest accuracy. Whoever takes the first of equal ones counts the lowest scale, which stands first in the list.

# %% tags=["report"]
show(figures.best_scales(grid), colors=24)

# %% [markdown]
# **How much of the best of eleven is luck?** The highest of eleven noisy numbers lies above their mean, also if all scales are equally good. How far? Two controls.
# The *permutation* deals out the outcomes of each image at random among the scales: an easy image stays easy, but no scale is better than another [2]. It also takes
# away that one training comes out better than another, whatever its scale. So the second control are as many *seeds* at one scale, 3. All are measured on random
# test images, as many as the task has for validation, with the images of seed 0.

# %%
seed_records = run_study("scale_seeds", profile, data)
print(f"{len(seed_records)} runs at one scale that differ in their seed")

# %% tags=["report"]
lead = rates.lead_of_the_best(records, seed_records)
show(figures.luck_of_the_best(lead), colors=24)

# %% [markdown]
# Read it from the left: the lowest two scales compete, then three, and so on. Beyond the grey band, networks differ by more than the chance of single images. Where
# the line of the scales does not lie above that of the seeds, this is no sign that *scales* differ: training again does the same. (It may lie below: scales of one
# seed share the first weights of the head and the order of the images, so neighbours are more alike than seeds.) The last steps also have another reason. A lead is
# measured from the mean, and scales 7 and 10 are bad ones that lower it.

# %% [markdown]
# Now choose yourself: take *n* test images as if they were validation images, and let *k* scales compete. How many images does it take until the winner is hardly
# better on the images that chose it than on all others? (The sliders need a running kernel; without one, the first picture is shown.)

# %%
explorers.explore(
    partial(
        choosing.choice_noise_figure,
        records,
        task=choosing.middle_task(records),
        num_settings=len(grid.settings),
    ),
    **choosing.choice_controls(records),
)

# %% [markdown]
# ## Break it: predict the scale
# Eleven trainings for one network is a lot. Can the scale be known without them? Each way below is judged on tasks that it has *not* seen: what it learns from, it
# learns from the other tasks.
#
# ### Exercise 3 · the scale of the others (10 minutes, ★★☆)
# The plainest way takes for a task the scale that is best on average for all *other* tasks. Write `scales_of_others`: from accuracies (T, K) the column for each
# task, of equal ones the first. Hint: what would be wrong with the column that has the best mean over *all* tasks?


# %% tags=["exercise"]
def scales_of_others(test):
    """Column of the scale with the highest mean over the other tasks, for each task, (T,)."""
    # solution
    return (test.sum(axis=0) - test).argmax(axis=1)
    # end solution


# %% tags=["checked"]
passed = check_scales_of_others(scales_of_others)

# %% [markdown]
# A *table learner* knows four facts of a task: images per class, classes, the accuracy of the nearest neighbours among its training images by frozen features, and
# the validation accuracy of the last layer alone. No test image takes part. *Ridge regression* predicts from them the accuracy of each scale; *nearest tasks* takes
# the mean over the tasks whose facts are most alike. Also the strength of the ridge and the number of near tasks are chosen among the other tasks. *Best of 2*
# trains two scales and takes the better one by validation; the other tasks tell which two. A *race* starts all scales and goes on with the better half [3]. *BiT*
# is a rule [4], *Auto-RGN* gives each stage a rate by its gradients [5], *L-DoG* has no rate at all [6]. *Random* draws eleven recipes, each with a scale and a
# multiplier for each stage. *Scale best with other seeds* is no way to choose: test images tell which scale is best, but with other seeds, so that no luck of a
# seed counts.

# %%
features = rates.task_features(grid, heads, rates.neighbours_for(grid, profile))
ways = rates.scale_predictors(grid, heads, features)
ways.append(rates.racer(grid, records))
ways += rates.rule_predictors(grid, run_study("scale_rules", profile, data, seeds))
ways.append(rates.random_search(grid, run_study("scale_random", profile, data)))
print(", ".join(way.name for way in ways))

# %% [markdown]
# ### Exercise 4 · a vote (10 minutes, ★★☆)
# Who has trained eleven networks can also let them vote [7]. Write `vote`: from the answers of R runs on N images, class numbers (R, N), the class that most runs
# answer, (N,); of equally frequent ones the smallest number. Hint: `np.bincount` counts the answers of one image. Why is the mean of class numbers no vote?


# %% tags=["exercise"]
def vote(answers):
    """The most frequent class of each image, (N,), of equally frequent ones the smallest."""
    # solution
    return np.array([np.bincount(column).argmax() for column in answers.T])
    # end solution


# %% tags=["checked"]
passed = check_vote(vote)

# %% [markdown]
# A vote of eleven scales gains from two things: different scales, and simply eleven networks. So does the best of eleven. The control of both are eleven *seeds* at
# one scale: they vote, and validation takes the best of them. These runs, and the random ones, have the images of seed 0 alone; each difference is measured on the
# seeds that both ways have.

# %%
ways += rates.voters(grid, records, seed_records)

# %% tags=["report"]
rates.predictors_table(ways)

# %% tags=["report"]
show(figures.accuracy_and_cost(ways), colors=24)

# %%
by_name = {way.name: way for way in ways}
for a, b in (
    (P.BEST, P.SEEDS_BEST),
    (P.BEST, P.RANDOM),
    (P.VOTE, P.BEST),
    (P.VOTE, P.SEEDS_VOTE),
    (P.PAIR, P.PAIR_SEEDS),
    (P.NEIGHBOURS, P.OTHERS),
    (P.NEIGHBOURS, P.PAIR),
    (P.FEW_VOTE, P.BEST),
):
    difference = P.verdict(by_name[a].gain_over(by_name[b]))
    show_text(f"{a} minus {b}: {difference}")

# %% [markdown]
# Read the table from the top, where a way costs one training. An advantage counts only if its paired interval over the tasks excludes zero. None of the intervals
# is corrected for the number of ways, so the best of many may be the luckiest. Fixed 0.25 is a weak opponent: it is the lowest scale tried. The best scale of
# the other tasks is a fair one, but leaving a task out tips close calls against it: scale 1, which only hindsight can name, lies 0.3 points higher. The rules choose
# nothing, and are not at home here: BiT's schedule is stretched to 20 epochs of batches of 32, where the rule has 500 steps of 512 images and resized crops;
# Auto-RGN has one rate, 0.01, that we set and did not tune.

# %% [markdown]
# ## The same with real images
# Twelve tasks cut from CIFAR-100 [8] and PACS [9], 80 to 160 training images each, 64 pixels a side; EfficientNet-Lite0 with weights from ImageNet, seven of the
# scales, eight epochs. The finished runs come with the course; `course study real_scales --profile real --recompute` needs the images.

# %%
from course_lib.analysis.rates import real
from course_lib.figures.rates import real as real_figures
from course_lib.sweeps import finished_runs

real_studies = ("real_scales", "real_running")
real_records = [run for name in real_studies for run in finished_runs(name, "real")]
num_seeds = len({run["seed"] for run in real_records})
print(f"{len(real_records)} runs, seeds: {num_seeds}")

# %% tags=["report"]
show(real_figures.strategies(real_records), colors=24)

# %% tags=["report"]
real.scale_table(real_records)

# %% tags=["report"]
real.best_scales_table(real_records)

# %% [markdown]
# With the statistics of each batch, the mini world is *contradicted*: graduated rates lose against the last layer alone at every scale of the table. The intervals
# are over twelve tasks, of which some share classes or images (the things are there twice, the animals are among the cartoons and photos), so they are rather too
# narrow. What differs from the mini world? The network is another one, far larger, and trained on a thousand classes; the images have 64 pixels instead of the 224
# that it knows; eight epochs are 40 to 80 steps; and batches of 16 give BatchNorm noisy statistics. The last of these has an experiment: trained stages are
# normalised by the running statistics of the weights instead, which no batch changes. High rates diverge there, so lower scales were tried, and the last layer alone
# has their rates, too.

# %%
for what, gap in real.running_gaps(real_records).items():
    show_text(f"{what}: {P.verdict(gap)}")

# %% [markdown]
# So the statistics of small batches made fine-tuning lose here. Without them, graduated rates gain a little over the last layer alone. That gain may still be too
# large: on some tasks the last layer's best rate is the lowest tried (†). And a scale is no advice for another setting: scale 1 is the best with the statistics of
# each batch, and with running statistics it fails.
#
# ## Printed and measured
# The rule of the verdicts is that of lesson 11: *reproduced* if the 95 % interval lies wholly inside the claimed range, *contradicted* if wholly outside. A printed
# number is met from half of it to twice as much.

# %% tags=["report"]
chosen = [
    "scales-flowers",
    "scales-best-of-11",
    "scales-best-of-11-test",
    "scales-best-of-11-gains",
    "scales-most-frequent",
    "scales-most-frequent-shared",
    "scales-fixed",
    "scales-beat-seeds",
    "scales-table-learner",
    "scales-table-learner-others",
    "scales-vote",
]
show_claims(chosen, profile=profile, data=data, seeds=seeds)

# %% [markdown]
# ## Remember
# - The best of several numbers is too good. Judge a choice on images that took no part in it, and put the gain that luck alone gives beside it.
# - Eleven trainings at one scale, best by validation, gained as much as eleven scales: an advantage of choosing the *scale* was not shown.
# - Which setting is "most frequently the best" depends on how ties are counted when validation images are few.
# - A baseline must differ in one thing only. Here the rate of the last layer differed, too; as it turned out, that mattered little.
# - A vote needs the same control. In the runs that come with the course the vote of eleven scales beats the best of the eleven, and the vote of eleven seeds at one
#   scale beats both; three seeds that vote beat the best of eleven scales, too. What helps is several networks, not that their scales differ.
# - Facts of a task predict better than 0.25, the lowest scale tried; an advantage over the best scale of the other tasks was not shown, nor one over two trainings,
#   of which validation takes the better one, at the same cost.
# - With real images and batches of 16, BatchNorm decided: with the statistics of each batch graduated rates lost 5.6 points against the last layer alone, with running
#   statistics they gained 1.6 [0.2, 3.0].
#
# ## Further
# One optional part: an experiment of your own (25 minutes).
#
# ### Your own experiment: other multipliers (25 minutes)
# The document chose 0, 1, 2, 4, 8 without a comparison. Choose two sets of multipliers for one task and train both. **First write down one claim**, e.g. "On
# task-63, the same multiplier for all stages but the stem is at least five points better than 0, 1, 2, 4, 8, which have the same mean." Then run the cell, and judge
# your claim by its intervals. Two sets differ in one thing only if their mean is the same, and if both freeze the stem, or neither.
#
# | points | for |
# |---|---|
# | 1 | the claim was written before the run; it names what is compared, on which images, and how large the effect is |
# | 1 | the two recipes differ in one thing only |
# | 1 | both intervals are given, and it is said what each of them is about |
# | 1 | the verdict follows from the intervals: *supported*, *contradicted* or *undecided* |
# | 1 | nothing was chosen by the test accuracies, and the number of recipes tried is given |

# %%
from course_lib.data import prepare
from course_lib.sweeps.studies.rates.scales import task_data, task_settings
from course_lib.teaching import compare_recipes

settings = task_settings(numbers)
recipes = {  # change these two
    "graduated": graduated_recipe(1, multipliers=MULTIPLIERS, **settings),
    "uniform": graduated_recipe(1, multipliers=(0, *(3.75,) * 4), **settings),
}
compare_recipes(recipes, prepare(task_data("task-63", numbers, 0)), seeds=3)

# %% [markdown] tags=["solution-only"]
# **Two sample answers**
#
# *A good one (5 of 5).* "Claim: on task-63, at scale 1, multipliers 0, 3.75, 3.75, 3.75, 3.75 have a test accuracy at least two points above 0, 1, 2, 4, 8. Both
# freeze the stem and have the mean 3; only how it is spread over the stages differs. I ran the cell once with three seeds and tried no other recipe. The interval
# over the images says what other test images would change, the one over the seeds what training again would. If one of them reaches below two points, the claim is
# undecided. It is about one task only."
#
# *A flawed one (1 of 5).* "Another order is better than the document's: I tried four ways to spread the mean 3 over the stages, and 0, 8, 4, 2, 1 had the highest
# test accuracy." The recipes differ in one thing (1 point). But the claim came after the runs, the test accuracies chose, no interval is given, and one task says
# nothing about others.

# %% [markdown]
# ## References
# 1. P. Dube, B. Bhattacharjee, E. Petit-Bois, M. Hill: *Improving Transferability of Deep Neural Networks*, 2018.
#    [arXiv:1807.11459](https://arxiv.org/abs/1807.11459). The course calls it *the document* in lessons 11 to 13.
# 2. P. Good: *Permutation, Parametric and Bootstrap Tests of Hypotheses*, 2005. [doi:10.1007/b138696](https://doi.org/10.1007/b138696)
# 3. K. Jamieson, A. Talwalkar: *Non-stochastic Best Arm Identification and Hyperparameter Optimization*, 2016. [arXiv:1502.07943](https://arxiv.org/abs/1502.07943)
# 4. A. Kolesnikov et al.: *Big Transfer (BiT)*, 2020. [arXiv:1912.11370](https://arxiv.org/abs/1912.11370)
# 5. Y. Lee et al.: *Surgical Fine-Tuning Improves Adaptation to Distribution Shifts*, 2023. [arXiv:2210.11466](https://arxiv.org/abs/2210.11466)
# 6. M. Ivgi, O. Hinder, Y. Carmon: *DoG is SGD's Best Friend*, 2023. [arXiv:2302.12022](https://arxiv.org/abs/2302.12022)
# 7. L. Hansen, P. Salamon: *Neural Network Ensembles*, 1990. [doi:10.1109/34.58871](https://doi.org/10.1109/34.58871)
# 8. A. Krizhevsky: *Learning Multiple Layers of Features from Tiny Images*, 2009.
# 9. D. Li, Y. Yang, Y. Song, T. Hospedales: *Deeper, Broader and Artier Domain Generalization*, 2017. [arXiv:1710.03077](https://arxiv.org/abs/1710.03077)
