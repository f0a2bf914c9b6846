"""Check of lesson 17 on a block at inference."""

import torch


def right(x, routes, frozen, tuned):
    found = {}
    for block, rows in ((frozen, ~routes), (tuned, routes)):
        if rows.any():
            found[block] = block(x[rows]), rows
    first = next(iter(found.values()))[0]
    result = first.new_zeros((len(x), *first.shape[1:]))
    for values, rows in found.values():
        result[rows] = values
    return result


def both(x, routes, frozen, tuned):
    return torch.where(routes.view(-1, 1, 1, 1), tuned(x), frozen(x))


def into_the_images(x, routes, frozen, tuned):
    for block, rows in ((frozen, ~routes), (tuned, routes)):
        if rows.any():
            x[rows] = block(x[rows])
    return x


def always_called(x, routes, frozen, tuned):
    one, other = tuned(x[routes]), frozen(x[~routes])
    result = one.new_zeros((len(x), *one.shape[1:]))
    result[routes], result[~routes] = one, other
    return result


def as_the_images(x, routes, frozen, tuned):
    result = torch.zeros_like(x)
    for block, rows in ((frozen, ~routes), (tuned, routes)):
        if rows.any():
            result[rows] = block(x[rows])
    return result


def one_too_many(x, routes, frozen, tuned):
    tuned(x[:1])
    return right(x, routes, frozen, tuned)


def masked(x, routes, frozen, tuned):
    place = routes.view(-1, 1, 1, 1).float()
    return place * tuned(x) + (1 - place) * frozen(x)


def zeros(x, routes, frozen, tuned):
    result = right(x, routes, frozen, tuned)
    return result * routes.view(-1, 1, 1, 1)


def order_not_inverted(x, routes, frozen, tuned):
    return right(x, routes, frozen, tuned)[routes.int().argsort(stable=True)][routes.int().argsort(stable=True)]


def tuned_after_frozen(x, routes, frozen, tuned):
    result = frozen(x)
    result[routes] = tuned(result[routes])
    return result


def zeroed_rows(x, routes, frozen, tuned):
    place = routes.view(-1, 1, 1, 1)
    return torch.where(place, tuned(x * place), frozen(x * ~place))


def shape_by_a_first_image(x, routes, frozen, tuned):
    result = torch.zeros(len(x), *frozen(x[:1]).shape[1:])
    for block, rows in ((frozen, ~routes), (tuned, routes)):
        if rows.any():
            result[rows] = block(x[rows])
    return result


def twice(x, routes, frozen, tuned):
    right(x, routes, frozen, tuned)
    return right(x, routes, frozen, tuned)


def rows_of_integers(x, routes, frozen, tuned):
    """0 and 1 are places, not rows to keep."""
    routes, result = routes.long(), torch.zeros_like(x)
    result[routes], result[1 - routes] = tuned(x[routes]), frozen(x[1 - routes])
    return result


def frozen_rows_left_out(x, routes, frozen, tuned):
    result = x.clone()
    if routes.any():
        result[routes] = tuned(x[routes])
    return result


WRONG = {
    "check_routed_block": [
        (both, "the frozen copy computed"),
        (masked, "nothing is saved otherwise"),
        (one_too_many, "the tuned copy computed"),
        (lambda x, r, f, t: right(x, r, t, f), "the copies are exchanged"),
        (lambda x, r, f, t: right(x, ~r, f, t), "the copies are exchanged"),
        (lambda x, r, f, t: torch.cat([f(x[~r]), t(x[r])]), "come back in another order"),
        (lambda x, r, f, t: torch.cat([t(x[r]), f(x[~r])]), "come back in another order"),
        (lambda x, r, f, t: right(x, r, f, t).flip(0), "come back in another order"),
        (order_not_inverted, "come back in another order"),
        (lambda x, r, f, t: right(x, r, f, t).double(), "it returns torch.float64: the next block takes torch.float32"),
        (lambda x, r, f, t: t(x) if r.any() else f(x), "all images go through the tuned copy"),
        (lambda x, r, f, t: t(x) if r[0] else f(x), "all images go through the"),
        (tuned_after_frozen, "some outputs are not those"),
        (zeroed_rows, "nothing is saved otherwise"),
        (shape_by_a_first_image, "the frozen copy computed"),
        (twice, "nothing is saved otherwise"),
        (rows_of_integers, "some outputs are not those"),
        (frozen_rows_left_out, "some outputs are not those"),
        (lambda x, r, f, t: right(x, r, f, t) * float("nan"), "some outputs are not those"),
        (lambda x, r, f, t: right(x, r, f, t)[:, None], "it returns the shape"),
        (lambda x, r, f, t: right(x, r, f, t).numpy(), "it should return a tensor, not ndarray"),
        (lambda x, r, f, t: f(x) + t(x), "the two copies are added"),
        (lambda x, r, f, t: (f(x) + t(x)) / 2, "the mean of both copies"),
        (lambda x, r, f, t: t(x), "all images go through the tuned copy"),
        (lambda x, r, f, t: f(x), "all images go through the frozen copy"),
        (lambda x, r, f, t: t(x) if r.float().mean() > 0.5 else f(x), "all images go through the frozen copy"),
        (into_the_images, "it changes the images"),
        (always_called, "but not for all images by the frozen copy"),
        (as_the_images, "but not for a block that changes the number of channels"),
        (zeros, "some outputs are not those of the copy"),
        (lambda x, r, f, t: t(x[r]), "it returns the shape"),
        (lambda x, r, f, t: [t(x[r]), f(x[~r])], "it should return a tensor, not list"),
        (lambda x, r, f, t: t(x[0]), "a block takes images (N, C, H, W)"),
    ]
}
