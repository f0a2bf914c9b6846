"""Settings that refuse a wrong value in one sentence, and the types of their fields: shares, ranges, colours.

A range is a pair (low, high). Where torchvision takes a single number for a range, so do these types, but they keep the
pair: settings that mean the same are equal.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)


class Settings(BaseModel):
    """Immutable settings that refuse unknown names and wrong values.

    Raises:
        ValueError: one sentence names each wrong setting, its value and what is wrong with it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **settings):
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise ValueError(f"{type(self).__name__} refused: {self._one_sentence(error)}") from None

    def replace(self, **changes) -> Self:
        """The same settings with some of them changed, checked like new ones.

        Raises:
            ValueError: as for new settings.
        """
        return type(self)(**{**{name: getattr(self, name) for name in type(self).model_fields}, **changes})

    def model_copy(self, *, update: Mapping | None = None, deep: bool = False) -> Self:
        """`replace` under pydantic's name: pydantic's own copy would not check what is changed."""
        return self.replace(**(update or {}))

    def changed(self) -> frozenset[str]:
        """Names of the settings that differ from their defaults; a setting without a default always does."""
        return frozenset(name for name, default in _defaults(type(self)).items() if getattr(self, name) != default)

    @classmethod
    def _one_sentence(cls, error: ValidationError) -> str:
        parts = []
        for item in error.errors():
            where = ".".join(str(step) for step in item["loc"])
            if item["type"] == "missing":
                parts.append(f"'{where}' is missing")
            elif item["type"] == "extra_forbidden":
                known = f" (known: {', '.join(cls.model_fields)})" if len(item["loc"]) == 1 else ""
                parts.append(f"unknown setting '{where}'{known}")
            elif item["type"] == "union_tag_not_found":
                parts.append(f"{where} = {item['input']!r} does not say its {item['ctx']['discriminator']}")
            else:
                reason = item["msg"].removeprefix("Value error, ")
                inner = reason.partition(" refused: ")[2]  # settings within settings have said it all
                if not where:  # a check of several settings together
                    parts.append(reason)
                elif inner:
                    parts.append(f"{where}: {inner}")
                else:
                    parts.append(f"{where} = {item['input']!r}: {_uncapitalised(reason)}")
        return "; ".join(parts)


@cache
def _defaults(settings: type[Settings]) -> dict[str, object]:
    """Default of each setting; of one without a default a value that equals nothing else."""
    return {name: field.get_default(call_default_factory=True) for name, field in settings.model_fields.items()}


class FrozenDict(dict):
    """An immutable dict with a hash; its keys and values must be hashable."""

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __reduce__(self):
        return type(self), (dict(self),)

    def _refuse(self, *_args, **_settings):
        raise TypeError("these settings cannot be changed in place: make new ones with replace(…)")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse


def _uncapitalised(text: str) -> str:
    return text[0].lower() + text[1:]


def _rise(ends: tuple[float, ...]) -> tuple[float, ...]:
    if any(low > high for low, high in zip(ends[::2], ends[1::2], strict=True)):
        raise ValueError("a range goes from low to high: swap its ends")
    return ends


def _need_middle(size: int) -> int:
    if size % 2 == 0:
        raise ValueError(f"only a kernel of odd size has a middle pixel: use {size - 1} or {size + 1}")
    return size


def _around(centre: float, least: float = -math.inf) -> BeforeValidator:
    """Validator that turns a single number d into the range (centre − d, centre + d)."""

    def widen(value):
        if not isinstance(value, int | float) or not math.isfinite(value):
            return value
        if value < 0:
            raise ValueError(
                f"a single number d stands for the range {centre} ± d and must not be negative: use {-value}"
            )
        return max(least, centre - value), centre + value

    return BeforeValidator(widen)


def _repeated(times: int) -> BeforeValidator:
    return BeforeValidator(lambda value: (value,) * times if isinstance(value, int | float) else value)


def _instead_of_none(default) -> BeforeValidator:
    return BeforeValidator(lambda value: default if value is None else value)


_rising = AfterValidator(_rise)
_along_x = BeforeValidator(
    lambda value: (*value, 0, 0) if isinstance(value, tuple | list) and len(value) == 2 else value
)
_PositiveShare = Annotated[float, Field(gt=0, le=1)]
_Turn = Annotated[float, Field(ge=-0.5, le=0.5)]

# Before-validators run from right to left.
Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[tuple[Share, Share], _instead_of_none((0, 0))]
ShareRange = Annotated[tuple[_PositiveShare, _PositiveShare], _rising]
ScaleRange = Annotated[tuple[PositiveFloat, PositiveFloat], _rising, _instead_of_none((1, 1))]
WidthRange = Annotated[tuple[PositiveFloat, PositiveFloat], _rising, _repeated(2)]
AngleRange = Annotated[tuple[float, float], _rising, _around(0)]
ShearRanges = Annotated[tuple[float, float, float, float], _rising, _along_x, _around(0), _instead_of_none(0)]
FactorRange = Annotated[tuple[NonNegativeFloat, NonNegativeFloat], _rising, _around(1, least=0), _instead_of_none(0)]
TurnRange = Annotated[tuple[_Turn, _Turn], _rising, _around(0), _instead_of_none(0)]
Colour = Annotated[tuple[float, float, float], _repeated(3)]
OddSize = Annotated[PositiveInt, AfterValidator(_need_middle)]
