"""Tensors, arrays, random generators, networks and optimisers as bytes, and their state before and after a call."""

import sys
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from types import MethodType

import numpy as np

MAX_ITEMS = 1_000_000  # that are read from an iterator


def _torch():
    """PyTorch if this process uses it; a lesson without PyTorch does not pay for its import."""
    return sys.modules.get("torch")


def is_network(obj: object) -> bool:
    """Whether it is a PyTorch module or optimiser."""
    torch = _torch()
    return torch is not None and isinstance(obj, torch.nn.Module | torch.optim.Optimizer)


def is_plain_name(name: str) -> bool:
    """Whether `torch.NAME` is a dtype, or the class of a shape or a device."""
    import torch

    return name in ("Size", "device") or isinstance(getattr(torch, name, None), torch.dtype)


def reduce(obj: object, *, plain: bool):
    """How pickle writes a value: the maker and its arguments; NotImplemented for pickle's own way.

    Args:
        plain: write iterators as lists, named tuples as tuples, fractions and decimals as floats.
    """
    torch = _torch()
    if plain and (simple := _as_plain(obj)) is not None:
        return type(simple), (simple,)
    if isinstance(obj, np.ndarray | np.generic) and not obj.dtype.hasobject:
        return make_array, (obj.dtype.str, obj.shape, obj.tobytes(), isinstance(obj, np.generic))
    if torch is None:
        return NotImplemented
    if isinstance(obj, torch.Tensor) and not torch.nn.parameter.is_lazy(obj):
        return make_tensor, _tensor_parts(obj)
    if isinstance(obj, torch.Generator):
        return make_generator, (obj.get_state(),)
    if isinstance(obj, MethodType) and isinstance(obj.__self__, torch.nn.modules.lazy.LazyModuleMixin):
        return make_method, (obj.__self__, obj.__name__)
    return NotImplemented


def _as_plain(obj: object) -> list | tuple | float | None:
    """The list, tuple or number that an object stands for, if it is of another class; otherwise None."""
    if isinstance(obj, Iterator | range | KeysView | ValuesView | ItemsView):
        return list(islice(obj, MAX_ITEMS))
    if isinstance(obj, tuple) and type(obj).__name__ != "Size":
        return tuple(obj)
    return float(obj) if isinstance(obj, Fraction | Decimal) else None


def _tensor_parts(tensor) -> tuple:
    torch = _torch()
    plain = tensor.detach().cpu().contiguous()
    data = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    is_parameter = isinstance(tensor, torch.nn.Parameter)
    grad = tensor.grad if tensor.is_leaf else None
    return str(plain.dtype).removeprefix("torch."), tuple(plain.shape), data, tensor.requires_grad, is_parameter, grad


def make_tensor(dtype: str, shape: tuple, data: bytes, requires_grad: bool, is_parameter: bool, grad) -> object:
    """Tensor from its bytes, on the CPU."""
    import torch

    kind = getattr(torch, dtype)
    if not isinstance(kind, torch.dtype):
        raise TypeError(f"torch.{dtype} is no type of numbers")
    raw = torch.frombuffer(bytearray(data), dtype=torch.uint8).view(kind) if data else torch.empty(0, dtype=kind)
    tensor = raw.reshape(shape)
    if is_parameter:
        tensor = torch.nn.Parameter(tensor, requires_grad=requires_grad)
    else:
        tensor.requires_grad_(requires_grad)
    tensor.grad = grad
    return tensor


def make_array(dtype: str, shape: tuple, data: bytes, is_scalar: bool) -> object:
    """NumPy array, or a scalar, from its bytes; an array can be written to."""
    array = np.frombuffer(bytearray(data), dtype=np.dtype(dtype)).reshape(shape)
    return array[()] if is_scalar else array


def make_generator(state) -> object:
    """Random generator of PyTorch in a given state."""
    import torch

    generator = torch.Generator()
    generator.set_state(state)
    return generator


def make_method(obj: object, name: str) -> object:
    """Bound method of a lazy layer, e.g. the hook that learns the number of inputs."""
    import torch

    if not isinstance(obj, torch.nn.modules.lazy.LazyModuleMixin):
        raise TypeError(f"{type(obj).__name__} is no lazy layer")
    return MethodType(getattr(type(obj), name), obj)


def state_of(obj: object) -> object:
    """What a call may change about an object; None if it is of a kind that calls do not change."""
    torch = _torch()
    if type(obj) in (list, dict):
        return obj.copy()
    if isinstance(obj, np.ndarray) and not obj.dtype.hasobject:
        return obj.copy()
    if torch is None:
        return None
    if isinstance(obj, torch.Tensor) and not torch.nn.parameter.is_lazy(obj):
        return obj.detach().clone(), obj.requires_grad, obj.grad if obj.is_leaf else None
    if isinstance(obj, torch.Generator):
        return obj.get_state()
    if isinstance(obj, torch.optim.Optimizer):
        return dict(obj.state), [dict(group) for group in obj.param_groups]
    if isinstance(obj, torch.nn.Module):
        return type(obj), dict(vars(obj))
    return None


def set_state(obj: object, state: object) -> None:
    """Give an object the state that `state_of` read from its copy."""
    torch = _torch()
    if isinstance(obj, list):
        obj[:] = state
    elif isinstance(obj, dict):
        obj.clear()
        obj.update(state)
    elif isinstance(obj, np.ndarray):
        obj[...] = state
    elif isinstance(obj, torch.Generator):
        obj.set_state(state)
    elif isinstance(obj, torch.Tensor):
        _set_tensor(obj, *state)
    elif isinstance(obj, torch.optim.Optimizer):
        obj.state.clear()
        obj.state.update(state[0])
        obj.param_groups[:] = state[1]
    else:
        obj.__class__ = state[0]
        vars(obj).clear()
        vars(obj).update(state[1])


def _set_tensor(tensor, data, requires_grad: bool, grad) -> None:
    if data.shape == tensor.shape and data.dtype == tensor.dtype:
        tensor.data.copy_(data)  # views of it change, too
    else:
        tensor.data = data
    if tensor.is_leaf:
        tensor.requires_grad_(requires_grad)
        tensor.grad = grad
