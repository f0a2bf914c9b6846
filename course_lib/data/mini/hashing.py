"""Random numbers that depend on a key and nothing else, so every picture can be drawn alone, anywhere, in any order.

A counter-based hash of 32-bit integers held in int64 tensors: no generator state, no torch random numbers, no overflow.
"""

import zlib

import torch

_MASK = 0xFFFFFFFF


def text_key(text: str) -> int:
    """A 32-bit number for a text (CRC-32), the same on every machine."""
    return zlib.crc32(text.encode("utf-8"))


def mix(value: torch.Tensor) -> torch.Tensor:
    """Scramble 32-bit integers in an int64 tensor; a bijection (xorshift-multiply, both multipliers below 2^31)."""
    value = value & _MASK
    value = ((value ^ (value >> 16)) * 0x21F0AAAD) & _MASK
    value = ((value ^ (value >> 15)) * 0x735A2D97) & _MASK
    return value ^ (value >> 15)


class Dice:
    """Uniform numbers for a batch of pictures; each is fixed by (seed, subject, picture id, channel)."""

    def __init__(self, seed: int, subject: str, ids: torch.Tensor):
        start = torch.tensor([seed & _MASK], dtype=torch.int64, device=ids.device)
        start = mix(mix(start) ^ text_key(subject))
        self.keys = mix(mix(ids & _MASK) + mix(start + ((ids >> 32) & _MASK)))

    def take(self, rows: torch.Tensor) -> "Dice":
        """The dice of some of the pictures."""
        dice = object.__new__(Dice)
        dice.keys = self.keys[rows]
        return dice

    def bits(self, channel: str) -> torch.Tensor:
        """(N,) int64 values from 0 to 2^32 - 1."""
        return mix(self.keys ^ text_key(channel))

    def unit(self, channel: str) -> torch.Tensor:
        """(N, 1) float32 values in [0, 1), multiples of 2^-24."""
        return ((self.bits(channel) >> 8).to(torch.float32) * 2.0**-24)[:, None]

    def uniform(self, channel: str, low, high) -> torch.Tensor:
        """(N, 1) values from low to high."""
        return low + (high - low) * self.unit(channel)

    def chance(self, channel: str, probability: float) -> torch.Tensor:
        """(N, 1) values 1.0 with the given probability, else 0.0."""
        return (self.unit(channel) < probability).to(torch.float32)

    def choice(self, channel: str, count: int) -> torch.Tensor:
        """(N,) int64 values from 0 to count - 1."""
        return ((self.bits(channel) >> 8) * count) >> 24

    def lattice(self, channel: str, rows: int, columns: int) -> torch.Tensor:
        """(N, rows, columns) float32 values in [0, 1): one number for each knot of a grid."""
        knots = torch.arange(rows * columns, device=self.keys.device)
        values = mix(mix(self.keys ^ text_key(channel))[:, None] + mix(knots)[None])
        return ((values >> 8).to(torch.float32) * 2.0**-24).view(-1, rows, columns)
