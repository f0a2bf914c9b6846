"""Checks of lesson 07: a coin for each image, normalisation last, the luck of many tries."""

import torch
from scipy.stats import binom
from torchvision.transforms import v2

from course_lib.teaching.checks import homework

FLOAT = v2.ToDtype(torch.float32, scale=True)
NORMALIZE = v2.Normalize([0.8, 0.8, 0.8], [0.3, 0.3, 0.3])
FLIP, JITTER = v2.RandomHorizontalFlip(), v2.ColorJitter(brightness=0.01)
GIVEN = v2.Compose([FLOAT, NORMALIZE, FLIP, JITTER])

NEEDS = {"check_order": lambda fixture: (GIVEN,)}


def flip_where(chosen, images, dim=-1):
    return torch.where(chosen[:, None, None, None], images.flip(dim), images)


def in_place(images, p, generator):
    chosen = torch.rand(len(images), generator=generator) < p
    images[chosen] = images[chosen].flip(-1)
    return images


def one_coin(images, p, generator):
    return images.flip(-1) if torch.rand(1, generator=generator) < p else images


def a_coin_for_each_pixel(images, p, generator):
    return torch.where(torch.rand(images.shape, generator=generator) < p, images.flip(-1), images)


def coins(compare, **options):
    return lambda images, p, generator: flip_where(
        compare(torch.rand(len(images), generator=generator), p), images, **options
    )


def by_place(rule):
    return lambda images, p, generator: flip_where(rule(len(images), p), images)


def a_fixed_number(images, p, generator):
    chosen = torch.zeros(len(images), dtype=torch.bool)
    chosen[torch.randperm(len(images), generator=generator)[: int(p * len(images))]] = True
    return flip_where(chosen, images)


def at_equal_distances(images, p, generator):
    start = torch.rand(1, generator=generator)
    return flip_where((torch.arange(len(images)) * p + start) % 1 < p, images)


def global_seed(images, p, generator):
    torch.manual_seed(0)
    return flip_where(torch.rand(len(images)) < p, images)


def global_seed_of_the_generator(images, p, generator):
    torch.manual_seed(generator.initial_seed())
    return flip_where(torch.rand(len(images)) < p, images)


def global_seed_from_the_generator(images, p, generator):
    torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
    return flip_where(torch.rand(len(images)) < p, images)


def half_the_coins(images, p, generator):
    coins = torch.rand((len(images) + 1) // 2, generator=generator).repeat(2)
    return flip_where(coins[: len(images)] < p, images)


def all_but_the_first(images, p, generator):
    chosen = torch.rand(len(images), generator=generator) < p
    chosen[0] = False
    return flip_where(chosen, images)


def composed(*steps):
    return lambda compose: v2.Compose(list(steps))


def only_likely_scores(p, k, n, tries):
    return 1 - binom.cdf(k - 1, n, p) ** tries if k else 0.0


WRONG = {
    "check_flip": [
        (in_place, "it changes its input"),
        (one_coin, "the same coin"),
        (lambda images, p, generator: images.flip(-1), "the same coin"),
        (a_coin_for_each_pixel, "whole images only"),
        (coins(torch.lt, dim=-2), "are upside down"),
        (coins(torch.lt, dim=1), "flip(-1)"),
        (coins(torch.gt), "comparison is reversed"),
        (coins(lambda coin, p: coin < 0.5), "compare each coin with p"),
        (lambda images, p, generator: flip_where(torch.rand(len(images)) < p, images), "from `generator`"),
        (by_place(lambda n, p: torch.arange(n) % 4 == 0), "that is a rule, and not a coin"),
        (by_place(lambda n, p: torch.arange(n) < int(p * n)), "that is a rule, and not a coin"),
        (a_fixed_number, "the number would vary more"),
        (at_equal_distances, "the number would vary more"),
        (global_seed, "that is a rule, and not a coin"),
        (global_seed_of_the_generator, "draw the coins from `generator` itself"),
        (global_seed_from_the_generator, "global random numbers"),
        (half_the_coins, "share a coin"),
        (all_but_the_first, "its place in the batch decides"),
        (
            lambda images, p, generator: flip_where(torch.rand(len(images), generator=generator) < p**2, images),
            "p = 0.",
        ),
        (lambda images, p, generator: images[torch.rand(len(images), generator=generator) < p].flip(-1), "of shape"),
    ],
    "check_order": [
        (lambda compose: compose, "RandomHorizontalFlip still follows Normalize"),
        (composed(FLOAT, FLIP, NORMALIZE, JITTER), "ColorJitter still follows Normalize"),
        (composed(FLOAT, FLIP, JITTER), "Normalize(mean="),
        (composed(JITTER, FLIP, FLOAT, NORMALIZE), "ColorJitter comes before ToDtype"),
        (composed(NORMALIZE, FLOAT, FLIP, JITTER), "still follows Normalize"),
        (composed(FLOAT, NORMALIZE, FLIP, JITTER, NORMALIZE), "5 steps where 4 were given"),
        (composed(FLOAT, FLIP, v2.ColorJitter(brightness=0.5), NORMALIZE), "is lost"),
        (composed(FLOAT, FLIP, JITTER, v2.Normalize(torch.tensor([0.8, 0.8, 0.7]), [0.3] * 3)), "is lost"),
        (composed(v2.ToDtype(torch.float32), FLIP, JITTER, NORMALIZE), "is lost"),
        (composed(FLOAT, FLIP, FLIP, JITTER, NORMALIZE), "5 steps where 4 were given"),
        (lambda compose: [FLOAT, FLIP, JITTER, NORMALIZE], "return a v2.Compose"),
        (lambda compose: compose.transforms.sort(key=lambda step: step is NORMALIZE), "end with return"),
    ],
    "check_luck": [
        (lambda p, k, n, tries: 1 - binom.cdf(k, n, p) ** tries, "includes `num_right`"),
        (lambda p, k, n, tries: binom.sf(k - 1, n, p), "the chance of one try"),
        (lambda p, k, n, tries: binom.sf(k - 1, n, p) ** tries, "*all* tries"),
        (lambda p, k, n, tries: binom.sf(k - 1, n, p) * tries, "do not add up"),
        (lambda p, k, n, tries: binom.cdf(k - 1, n, p) ** tries, "take 1 minus it"),
        (lambda p, k, n, tries: 1 - (1 - binom.pmf(k, n, p)) ** tries, "exactly `num_right`"),
        (lambda p, k, n, tries: 1 - binom.cdf(k - 1, n, p) ** (tries + 1), "tries the answer is"),
        (lambda p, k, n, tries: 0.5, "tries the answer is"),
        (only_likely_scores, "num_right = 0"),
        (lambda p, k, n, tries: k / n, "tries the answer is"),
    ],
}


def test_another_right_way_passes():
    """A copy that is changed in place; new steps with the same parameters; the chance of failing, try by try."""

    def on_a_copy(images, p, generator):
        return in_place(images.clone(), p, generator)

    def one_by_one(p, k, n, tries):
        fail = 1.0
        for _ in range(tries):
            fail *= sum(binom.pmf(i, n, p) for i in range(k))
        return 1 - fail

    new = v2.Normalize([0.8, 0.8, 0.8], [0.3, 0.3, 0.3])
    assert homework.check_flip(on_a_copy)
    assert homework.check_order(composed(FLOAT, JITTER, FLIP, new), GIVEN)
    assert homework.check_luck(one_by_one)


def test_the_given_steps_are_left_alone():
    homework.check_order(lambda compose: compose.transforms.clear(), GIVEN)
    assert GIVEN.transforms == [FLOAT, NORMALIZE, FLIP, JITTER]
