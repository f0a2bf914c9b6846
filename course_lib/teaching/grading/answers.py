"""Calls of a student's function across processes, as data: to read a result never runs the student's code.

The grader writes a `Request`; the student's process calls the function and writes a reply. An argument that the
function changed in place is changed in the grader's process, too. A reply can hold numbers, text, containers, arrays,
tensors, and networks, optimisers and transforms of PyTorch's and the course's own classes; any other class is refused.
"""

import hashlib
import io
import pickle
import random
import sys
from types import BuiltinFunctionType, FunctionType
from typing import NamedTuple

import numpy as np

from course_lib.teaching.grading import values

_FAMILIES = (
    "torch.nn.modules.",
    "torch.nn.parameter.",
    "torch.optim.",
    "torchvision.models.",
    "torchvision.ops.",
    "torchvision.transforms.",
    "timm.",
    "course_lib.models.",
)
_PLAIN = frozenset({"bool", "complex", "dict", "float", "frozenset", "int", "list", "set", "slice", "str", "tuple"})
_OTHERS = {("collections", "OrderedDict"), ("collections", "defaultdict"), ("torch.utils.hooks", "RemovableHandle")}
_HELPERS = frozenset(f"make_{kind}" for kind in ("tensor", "array", "generator", "method"))


class UnreadableError(Exception):
    """A student's answer has an object that the grader does not read."""


class Reply(NamedTuple):
    """Outcome of one call in the student's process."""

    kind: str  # "value", "function", "missing", "unreadable" or the name of an exception
    content: object  # the result, or the exception's message
    changed: dict[int, object]  # position in the request's table → state of an argument that the function changed
    random_state: object


class Writer(pickle.Pickler):
    """Writes arguments or results; tensors, arrays and generators as plain bytes, known objects as their number."""

    def __init__(self, file: io.BytesIO, known: dict[int, int] | None = None):
        super().__init__(file, protocol=5)
        self.table: list = []
        self._known = known  # id → number, of the request's objects; None: write a request

    def persistent_id(self, obj: object) -> int | None:
        """Number of an object that came with the request."""
        return self._known.get(id(obj)) if self._known else None

    def reducer_override(self, obj: object):
        """Write a tensor as bytes, any other instance as pickle does; a request notes what it saw.

        A reply has lists in place of iterators, tuples in place of named ones and floats in place of fractions.
        """
        if self._known is None and not isinstance(obj, type | FunctionType | BuiltinFunctionType):
            self.table.append(obj)
        return values.reduce(obj, plain=self._known is not None)


class Request:
    """Arguments of a call, in the grader's process, and the objects in them that the call may change."""

    def __init__(self, args: tuple, kwargs: dict):
        file = io.BytesIO()
        writer = Writer(file)
        writer.dump((args, kwargs))
        found = {id(obj): obj for obj in [*_containers((args, kwargs)), *writer.table]}
        self._table = list(found.values())
        writer.dump((self._table, _random_state()))
        self.data = file.getvalue()

    def read(self, data: bytes) -> Reply:
        """Read the reply, and change the arguments and the random generators as the call did.

        Raises:
            UnreadableError: the reply has an object of a class that is not read.
        """
        reply = _read_reply(data, self._table)
        try:
            for number, state in reply.changed.items():
                values.set_state(self._table[number], state)
            if reply.random_state is not None:
                _set_random_state(reply.random_state)
        except Exception as error:  # states that fit no argument were not written by `reply_to`
            raise UnreadableError(f"it cannot be read ({type(error).__name__})") from None
        _refuse_own_methods((reply.content, self._table))
        return reply


def read_value(data: bytes) -> Reply:
    """Read what `reply_value` wrote.

    Raises:
        UnreadableError: the value has an object of a class that is not read.
    """
    reply = _read_reply(data, [])
    _refuse_own_methods(reply.content)
    return reply


def _read_reply(data: bytes, table: list) -> Reply:
    """Read bytes from the student's process; `table` has the objects that they name by number."""
    reader = _Reader(io.BytesIO(data))
    reader.table = table
    try:
        return Reply(*reader.load())
    except UnreadableError:
        raise
    except Exception as error:  # whatever the bytes are
        raise UnreadableError(f"it cannot be read ({type(error).__name__})") from None


class _Reader(pickle.Unpickler):
    """Reads only objects of the classes that this module lists."""

    table: list

    def persistent_load(self, number: object) -> object:
        return self.table[number]

    def find_class(self, module: str, name: str) -> object:
        if module == values.__name__ and name in _HELPERS:
            return getattr(values, name)
        if (module == "builtins" and name in _PLAIN) or (module, name) in _OTHERS:
            return super().find_class(module, name)
        if module == "torch" and values.is_plain_name(name):
            return super().find_class(module, name)
        if f"{module}.".startswith(_FAMILIES) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and f"{found.__module__}.".startswith(_FAMILIES):
                return found
        raise UnreadableError(f"it has an object of '{module}.{name}'")


def reply_to(request: bytes, name: str, scope: dict) -> bytes:
    """Call `scope[name]` in the student's process as the request says; returns the reply for `Request.read`."""
    reader = pickle.Unpickler(io.BytesIO(request))
    args, kwargs = reader.load()
    table, random_state = reader.load()
    known = {id(obj): number for number, obj in enumerate(table)}
    before = _digests(table, known)
    _set_random_state(random_state)
    try:
        kind, content = "value", scope[name](*args, **kwargs)
    except BaseException as error:  # sys.exit() too: the grader goes on
        kind, content = type(error).__name__, str(error)
    after = _digests(table, known)
    changed = {number: values.state_of(table[number]) for number in before if after[number] != before[number]}
    return _write(Reply(kind, content, changed, _random_state()), known)


def reply_value(name: str, scope: dict) -> bytes:
    """Write the value of a name in the student's process; of a function only that it is one."""
    if name not in scope:
        return _write(Reply("missing", None, {}, None), {})
    value = scope[name]
    is_data = not callable(value) or type(value).__module__.startswith(("torch", "course_lib.models"))
    return _write(Reply("value", value, {}, None) if is_data else Reply("function", None, {}, None), {})


def _write(reply: Reply, known: dict[int, int]) -> bytes:
    file = io.BytesIO()
    try:
        Writer(file, known or {0: 0}).dump(tuple(reply))
    except Exception as error:  # a lambda, a generator, an object that refuses
        return _write(Reply("unreadable", f"it cannot be read ({type(error).__name__}: {error})", {}, None), {})
    return file.getvalue()


def _digests(table: list, known: dict[int, int]) -> dict[int, bytes]:
    """Fingerprint of the state of every object in the table that has one."""
    found = {}
    for number, obj in enumerate(table):
        if (state := values.state_of(obj)) is not None:
            file = io.BytesIO()
            try:
                Writer(file, known).dump(state)
            except Exception:  # a student put something into it that has no bytes
                file = io.BytesIO(b"?")
            found[number] = hashlib.sha256(file.getvalue()).digest()
    return found


def _containers(obj: object) -> list:
    """Lists and dictionaries that can be reached through plain containers, `obj`'s own tuple excepted."""
    found = []
    if isinstance(obj, tuple | list | dict):
        for part in obj.values() if isinstance(obj, dict) else obj:
            found += ([part] if type(part) in (list, dict) else []) + _containers(part)
    return found


def _refuse_own_methods(obj: object) -> None:
    """Refuse a network, alone or in containers, whose `parameters` or other method is an attribute of its own."""
    if isinstance(obj, tuple | list | dict):
        for part in obj.values() if isinstance(obj, dict) else obj:
            _refuse_own_methods(part)
    elif values.is_network(obj):
        for name in vars(obj):
            if callable(getattr(type(obj), name, None)):
                raise UnreadableError(f"it replaces the method '{name}' of {type(obj).__name__}")
        _refuse_own_methods(vars(obj).get("_modules", {}))


def _random_state() -> tuple:
    torch = sys.modules.get("torch")
    drawn = torch.get_rng_state().numpy().tobytes() if torch else b""  # bytes: a tensor would import PyTorch there
    return random.getstate(), np.random.get_state(), drawn


def _set_random_state(state: tuple) -> None:
    random.setstate(state[0])
    np.random.set_state(state[1])
    if state[2] and (torch := sys.modules.get("torch")):
        torch.set_rng_state(torch.frombuffer(bytearray(state[2]), dtype=torch.uint8))
