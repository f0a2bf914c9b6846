"""Fast 3×3 convolutions on maps of at most 2×2 pixels: matrix products that leave out the padding.

`use_tiny_maps` is all that a network needs to know of it, and `use_usual_convolutions` undoes it.
"""

from collections.abc import Callable, Iterator
from itertools import product

import torch
from torch import Tensor, nn

LARGEST_MAP = 2  # pixels a side of the output; on 3×3 maps the usual convolution is the faster one again


class TinyMapConv2d(nn.Conv2d):
    """A 3×3 convolution with padding 1 and no bias, made for maps that are smaller than its kernel.

    On a map of 2×2 pixels five of a kernel's nine weights meet padding, wherever it stands, and a usual convolution
    multiplies them by zero. On a CPU this one leaves them out: what remains for each pixel of the output are products
    of matrices. The same outputs and gradients up to rounding, forward and backward in 40 % of the time (batches of
    64 on one thread, AVX2); on a GPU, and for outputs of more than 2×2 pixels, it is the usual convolution.
    """

    @classmethod
    def of(cls, conv: nn.Conv2d) -> "TinyMapConv2d":
        """Convert a convolution, keeping its weights; no random numbers are drawn.

        Raises:
            ValueError: `conv` is not 3×3 with padding 1, or has groups, dilation or a bias.
        """
        kind = (conv.kernel_size, conv.padding, conv.dilation, conv.groups, conv.padding_mode, conv.bias)
        if kind != ((3, 3), (1, 1), (1, 1), 1, "zeros", None) or conv.stride[0] != conv.stride[1]:
            raise ValueError(f"only a 3×3 convolution with padding 1 and without bias has a short form, got {conv}")
        sizes = (conv.in_channels, conv.out_channels, 3)
        tiny = nn.utils.skip_init(cls, *sizes, stride=conv.stride, padding=1, bias=False, device=conv.weight.device)
        tiny.weight = conv.weight
        return tiny

    def forward(self, x: Tensor) -> Tensor:
        return convolve_tiny_maps(x, self.weight, self.stride[0])


def use_tiny_maps(stage: nn.Module) -> None:
    """Replace every 3×3 convolution of a stage by its `TinyMapConv2d`, in place; weights are kept."""
    _replace(stage, lambda conv: TinyMapConv2d.of(conv) if conv.kernel_size == (3, 3) else conv)


def use_usual_convolutions(model: nn.Module) -> None:
    """Replace every `TinyMapConv2d` of a model by the usual convolution, in place, for exporters; weights are kept."""
    _replace(model, lambda conv: _usual(conv) if isinstance(conv, TinyMapConv2d) else conv)


def _replace(model: nn.Module, change: Callable[[nn.Conv2d], nn.Conv2d]) -> None:
    """Put what `change` returns into the place of every convolution within a module."""
    for module in list(model.modules()):
        for name, conv in list(module.named_children()):
            if isinstance(conv, nn.Conv2d):
                setattr(module, name, change(conv))


def _usual(conv: TinyMapConv2d) -> nn.Conv2d:
    sizes = (conv.in_channels, conv.out_channels, 3)
    usual = nn.utils.skip_init(nn.Conv2d, *sizes, stride=conv.stride, padding=1, bias=False)
    usual.weight = conv.weight
    return usual


@torch.fx.wrap  # one step to those who trace the network, whatever size the maps have
def convolve_tiny_maps(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """Convolve maps (N, C, H, W) with kernels (O, C, 3, 3) and padding 1; returns (N, O, ⌈H/stride⌉, ⌈W/stride⌉)."""
    if x.device.type == "cpu" and max(x.shape[-2:]) <= LARGEST_MAP * stride:
        return _WithoutPadding.apply(x, weight, stride)
    return _convolve(x, weight, stride)


def _convolve(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    return nn.functional.conv2d(x, weight, stride=stride, padding=1)


class _WithoutPadding(torch.autograd.Function):
    """Row by row of the pixels that a kernel covers: side by side they are the columns of one matrix."""

    @staticmethod
    def forward(x: Tensor, weight: Tensor, stride: int) -> Tensor:
        pixels, kernel = _channels_last(x), _channels_last(weight)
        n, height, width, _ = pixels.shape
        y = x.new_zeros(n, -(-height // stride), -(-width // stride), len(kernel))
        for out, row, taps in _covered(height, width, stride):
            y[:, *out].addmm_(pixels[:, *row].flatten(1), kernel[:, *taps].flatten(1).t())
        return y.permute(0, 3, 1, 2)

    @staticmethod
    def setup_context(ctx, inputs: tuple[Tensor, Tensor, int], output: Tensor) -> None:
        x, weight, ctx.stride = inputs
        ctx.save_for_backward(x, weight)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight = ctx.saved_tensors
        pixels, kernel, grad = _channels_last(x), _channels_last(weight), _channels_last(grad)
        to_pixels, to_kernel = torch.zeros_like(pixels), torch.zeros_like(kernel)
        for out, row, taps in _covered(*pixels.shape[1:3], ctx.stride):
            here = grad[:, *out]  # (N, O)
            to_pixels[:, *row].view(len(here), -1).addmm_(here, kernel[:, *taps].flatten(1))
            to_kernel[:, *taps].view(len(kernel), -1).addmm_(here.t(), pixels[:, *row].flatten(1))
        return to_pixels.permute(0, 3, 1, 2), to_kernel.permute(0, 3, 1, 2), None

    @staticmethod
    def vmap(info, in_dims: tuple, x: Tensor, weight: Tensor, stride: int) -> tuple[Tensor, int]:
        """Convolve the maps of several networks at once, by the usual convolution in groups."""
        return torch.vmap(_convolve, (*in_dims[:2], None))(x, weight, stride), 0


def _channels_last(maps: Tensor) -> Tensor:
    """(N, C, H, W) as a contiguous (N, H, W, C)."""
    return maps.permute(0, 2, 3, 1).contiguous()


def _covered(height: int, width: int, stride: int) -> Iterator[tuple[tuple, tuple, tuple]]:
    """For each pixel of the output and each row that a kernel centred there covers, three indices.

    Yields:
        (out, row, taps): the pixel of the output, the pixels of the input in that row, the kernel's weights on them.
    """
    for i, j in product(range(0, height, stride), range(0, width, stride)):  # the kernel's centre
        left, right = max(0, j - 1), min(width, j + 2)
        for h in range(max(0, i - 1), min(height, i + 2)):
            columns = slice(left - j + 1, right - j + 1)
            yield (i // stride, j // stride), (h, slice(left, right)), (h - i + 1, columns)
