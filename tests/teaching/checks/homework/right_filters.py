"""Right answers to the exercises of lesson 01 in many styles."""

import heapq
import math
from functools import partial

import numpy as np
import torch
from torch import nn
from torchvision.transforms import v2


def top_k_by_topk(logits, k):
    values, classes = torch.topk(torch.softmax(logits, 0), k)
    return list(zip(classes.tolist(), values.tolist(), strict=True))


def top_k_by_numpy(logits, k):
    z = logits.numpy().astype(np.float64)
    odds = np.exp(z - z.max())
    p = odds / odds.sum()
    return [(c, p[c]) for c in np.argsort(-p)[:k]]


def top_k_by_heap(logits, k):
    z = logits.tolist()
    total = sum(math.exp(value - max(z)) for value in z)
    best = heapq.nlargest(k, range(len(z)), key=z.__getitem__)
    return [(c, math.exp(z[c] - max(z)) / total) for c in best]


def top_k_by_loop(logits, k):
    p, found = logits.log_softmax(0).exp().clone(), []
    for _ in range(k):
        c = p.argmax()
        found.append([c, p[c].clone()])
        p[c] = -1
    return found


def top_k_by_generator(logits, k):
    p = nn.functional.softmax(logits, dim=-1)
    yield from ((int(c), float(p[c])) for c in p.argsort(descending=True)[:k])


class TopK:
    """A callable object."""

    def __call__(self, logits, k):
        p = (logits - torch.logsumexp(logits, 0)).exp()
        return sorted(enumerate(p.tolist()), key=lambda pair: -pair[1])[:k]


def top_k_with_axis(logits, k, axis=0):
    p = torch.nn.Softmax(axis)(logits)
    return [(c.item(), p[c].item()) for c in torch.flip(torch.argsort(p), (0,))[:k]]


def patch_at(x, i, j):
    return nn.functional.pad(x, (3, 3, 3, 3))[:, 2 * i : 2 * i + 7, 2 * j : 2 * j + 7]


def respond_by_convolution(x, weight, bias, i, j):
    return nn.functional.conv2d(x[None], weight[None], bias[None], stride=2, padding=3)[0, 0, i, j]


def respond_by_loops(x, weight, bias, i, j):
    x, weight = x.numpy(), weight.numpy()
    total = float(bias)
    for row in range(7):
        for column in range(7):
            a, b = 2 * i - 3 + row, 2 * j - 3 + column
            if 0 <= a < x.shape[1] and 0 <= b < x.shape[2]:
                total += float(x[:, a, b] @ weight[:, row, column])
    return total


def respond_by_slices(x, weight, bias, i, j):
    top, left = 2 * i - 3, 2 * j - 3
    rows, columns = slice(max(top, 0), top + 7), slice(max(left, 0), left + 7)
    part = x[:, rows, columns]
    start = max(-top, 0), max(-left, 0)
    return bias + (part * weight[:, start[0] : start[0] + part.shape[1], start[1] : start[1] + part.shape[2]]).sum()


def respond_by_unfold(x, weight, bias, i, j):
    columns = nn.functional.unfold(x[None], 7, padding=3, stride=2)[0]
    width = (x.shape[2] - 1) // 2 + 1
    return weight.flatten() @ columns[:, i * width + j] + bias


def respond_by_numpy(x, weight, bias, i, j):
    padded = np.pad(x.numpy(), ((0, 0), (3, 3), (3, 3)))
    return np.sum(padded[:, 2 * i : 2 * i + 7, 2 * j : 2 * j + 7] * weight.numpy()) + bias.numpy()


def respond_by_layer(x, weight, bias, i, j):
    layer = nn.Conv2d(3, 1, 7, stride=2, padding=3)
    layer.weight.data[0], layer.bias.data[0] = weight, bias
    return layer(x.unsqueeze(0)).detach()[0, 0, i, j].item()


def prepare_by_loop(images, mean, std):
    return torch.stack([torch.stack([(c / 255 - m) / s for c, m, s in zip(i, mean, std, strict=True)]) for i in images])


def prepare_in_place(images, mean, std):
    x = images.float().div_(255)
    for channel in range(3):
        x[:, channel].sub_(mean[channel]).div_(std[channel])
    return x


def prepare_by_numpy(images, mean, std):
    x = images.numpy().astype("float64").transpose(0, 2, 3, 1) / 255
    return torch.from_numpy((x - mean.numpy()) / std.numpy()).permute(0, 3, 1, 2)


def prepare_by_compose(images, mean, std):
    return v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize(mean, std)])(images)


def prepare_by_batch_norm(images, mean, std):
    return nn.functional.batch_norm(images / 255, mean, std**2, eps=0)


def prepare_and_print(images, mean, std):
    print(images.shape)
    return (images.double() / 255.0 - mean.reshape(1, -1, 1, 1)) / std.reshape(1, -1, 1, 1)


RIGHT = {
    "check_top_k": [
        top_k_by_topk,
        top_k_by_numpy,
        top_k_by_heap,
        top_k_by_loop,
        top_k_by_generator,
        TopK(),
        partial(top_k_with_axis, axis=-1),
        lambda logits, k: zip(*(part.tolist() for part in logits.softmax(0).topk(k)[::-1]), strict=True),
        lambda logits, k: list(zip(logits.topk(k).indices, logits.softmax(0).topk(k).values, strict=True)),
    ],
    "check_respond": [
        respond_by_convolution,
        respond_by_loops,
        respond_by_slices,
        respond_by_unfold,
        respond_by_numpy,
        respond_by_layer,
        lambda x, w, b, i, j: torch.tensordot(patch_at(x, i, j), w, dims=3) + b,
        lambda x, w, b, i, j: torch.einsum("chw,chw->", patch_at(x, i, j), w).add(b).reshape(1),
        lambda x, w, b, i, j: sum((patch_at(x, i, j)[c] * w[c]).sum() for c in range(3)) + b,
    ],
    "check_prepare": [
        prepare_by_loop,
        prepare_in_place,
        prepare_by_numpy,
        prepare_by_compose,
        prepare_by_batch_norm,
        prepare_and_print,
        lambda images, mean, std: v2.functional.normalize(images / 255, mean.tolist(), std.tolist()),
        lambda images, mean, std: ((images / 255).movedim(1, -1) - mean).div(std).movedim(-1, 1),
        lambda images, mean, std: (images - 255 * mean[:, None, None]) / (255 * std[:, None, None]),
        partial(
            lambda scale, images, mean, std: (images * scale - mean[None, :, None, None]) / std.view(3, 1, 1), 1 / 255
        ),
    ],
}
