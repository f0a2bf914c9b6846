"""Calls across processes: results, changed arguments and random numbers come back; code and strange objects do not."""

import io
import os
import pickle
import sys
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.transforms import v2

from course_lib.teaching.grading.answers import Reply, Request, UnreadableError, read_value, reply_to, reply_value


def call(function, *args, **kwargs):
    """What the grader gets from a call that goes through bytes both ways."""
    request = Request(args, kwargs)
    torch.manual_seed(8)  # the other process has random numbers of its own
    data = reply_to(request.data, "f", {"f": function})
    torch.manual_seed(9)
    return request.read(data)


@pytest.mark.parametrize(
    "value",
    [3, 2.5, "text", None, True, [1, (2, {"a": {3}})], np.float32(2), torch.float32, slice(1, 2), 1j],
    ids=str,
)
def test_plain_values_come_back(value):
    reply = call(lambda: value)
    assert (reply.kind, reply.content, type(reply.content)) == ("value", value, type(value))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((n for n in (1, 2)), [1, 2]),
        (zip("ab", (1, 2), strict=True), [("a", 1), ("b", 2)]),
        ({"a": 1}.values(), [1]),
        (Fraction(1, 4), 0.25),
        (torch.tensor([1.0, 3.0]).max(dim=0), (torch.tensor(3.0), torch.tensor(1))),
    ],
    ids=["generator", "zip", "values", "fraction", "named tuple"],
)
def test_what_stands_for_a_plain_value_comes_back_as_one(value, plain):
    content = call(lambda: value).content
    assert (type(content), content) == (type(plain), plain)


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_tensors_come_back(dtype, shape):
    tensor = torch.ones(shape).to(dtype)
    content = call(lambda: tensor).content
    assert content.dtype == dtype
    assert torch.equal(content, tensor)


def test_an_array_that_is_changed_in_place_is_changed_here_with_its_views():
    array, whole = np.zeros(3), torch.zeros(4, 2)

    def change(array, part):
        array[1] = 5
        part.add_(1)
        return array

    reply = call(change, array, whole[:2])
    assert array.tolist() == [0, 5, 0]
    assert reply.content is array
    assert whole.sum() == 4


def test_a_list_that_is_changed_keeps_its_members():
    first, second = torch.zeros(1), torch.ones(1)
    given = {"rows": [first, second]}
    call(lambda given: given["rows"].reverse() or given.pop("nothing", 0), given)
    assert given["rows"][0] is second
    assert given["rows"][1] is first


def test_a_network_is_frozen_and_its_optimiser_holds_its_own_parameters():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Linear(2, 1))
    weight = model[0].weight

    def work(model):
        model.eval()
        for parameter in model[0].parameters():
            parameter.requires_grad_(False)
        model[2] = nn.LazyLinear(7)
        return torch.optim.SGD(model[1].parameters(), lr=0.2)

    optimizer = call(work, model).content
    assert not model.training
    assert model[0].weight is weight
    assert not weight.requires_grad
    assert optimizer.param_groups[0]["params"][0] is model[1].weight
    assert model(torch.zeros(1, 2)).shape == (1, 7)


def test_rates_of_an_optimiser_are_set():
    layer = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    call(lambda optimizer: optimizer.param_groups[0].update(lr=0.5), optimizer)
    assert optimizer.param_groups[0]["lr"] == 0.5
    assert optimizer.param_groups[0]["params"][0] is layer.weight


def test_transforms_come_back_in_their_new_order():
    steps = v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5], [0.5])])
    content = call(lambda compose: v2.Compose(compose.transforms[::-1]), steps).content
    assert [type(step).__name__ for step in content.transforms] == ["Normalize", "ToDtype"]


@pytest.mark.parametrize("own", [True, False], ids=["own generator", "global"])
def test_random_numbers_are_drawn_as_if_here(own):
    generator = torch.Generator() if own else torch.default_generator
    generator.manual_seed(3)
    wanted = [torch.rand(1, generator=generator) for _ in range(2)]
    generator.manual_seed(3)
    args = (generator,) if own else ()
    drawn = call(lambda generator=None: torch.rand(1, generator=generator), *args).content
    assert [drawn, torch.rand(1, generator=generator)] == wanted


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit("bye"), KeyboardInterrupt("stop")], ids=str)
def test_an_exception_comes_back_by_name(error):
    def fail():
        raise error

    reply = call(fail)
    assert (reply.kind, reply.content) == (type(error).__name__, str(error))


class Equal:
    """Equals everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


class Bomb:
    """Runs a command when it is read."""

    def __reduce__(self):
        return os.mkdir, ("/tmp/never-made-by-a-reply",)


OTHERS = {"equal": Equal(), "bomb": Bomb(), "function": pickle.loads, "module": sys, "class": Equal}


@pytest.mark.parametrize("found", OTHERS.values(), ids=OTHERS)
def test_other_objects_are_refused(found, monkeypatch):
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(Equal=Equal, Bomb=Bomb))  # as in a notebook's __main__
    try:
        reply = call(lambda: found)
    except UnreadableError:
        return
    assert reply.kind == "unreadable"


@pytest.mark.parametrize(
    "data",
    [b"", b"junk", pickle.dumps(3), pickle.dumps(Reply("value", 1, {99: 1}, None)), b"cos\nsystem\n(S'true'\ntR."],
    ids=["empty", "junk", "number", "no such argument", "command"],
)
def test_bytes_that_are_no_reply_are_refused(data):
    with pytest.raises(UnreadableError):
        Request((), {}).read(data)


@pytest.mark.parametrize("name", ["modules.sys.modules", "module.warnings.warn", "os.system"])
def test_a_way_through_a_familiar_module_is_refused(name):
    module, _, attribute = f"torch.nn.modules.{name}".partition(".modules.")
    text = f"\x80\x04\x8c{chr(len(module) + 8)}{module}.modules\x8c{chr(len(attribute))}{attribute}\x93."
    with pytest.raises(UnreadableError, match="it has an object of"):
        Request((), {}).read(text.encode("latin-1"))


def test_a_network_that_answers_for_itself_is_refused():
    model = nn.Linear(1, 1)
    with pytest.raises(UnreadableError, match="replaces the method 'parameters' of Linear"):
        call(lambda model: setattr(model, "parameters", set), model)


@pytest.mark.parametrize(
    ("name", "kind", "content"), [("x", "value", 3), ("f", "function", None), ("nothing", "missing", None)]
)
def test_a_value_is_read_and_a_function_is_only_named(name, kind, content):
    reply = read_value(reply_value(name, {"x": 3, "f": lambda: 1}))
    assert (reply.kind, reply.content) == (kind, content)


def test_a_request_is_read_without_the_grader():
    """The student's process needs nothing but pickle and the package."""
    reader = pickle.Unpickler(io.BytesIO(Request((torch.ones(2),), {"a": 1}).data))
    (args, kwargs), _ = reader.load(), reader.load()
    assert (args[0].tolist(), kwargs) == ([1, 1], {"a": 1})
