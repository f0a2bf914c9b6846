"""Signed distances to a few flat shapes, for a batch of pictures at once.

Distances are negative inside. Coordinates are (N, P): N pictures of P pixels; parameters are numbers or (N, 1) tensors.
Only sums, products, quotients, roots, minima and maxima are used: they are rounded alike on every device.
"""

import math

import torch

_TINY = 1e-6


def sin_deg(angle):
    """Sine of an angle in degrees (number or tensor), from a polynomial so that every device gives the same bits."""
    if not isinstance(angle, torch.Tensor):
        return math.sin(math.radians(angle))
    turn = angle * (1 / 360)
    turn = turn - torch.floor(turn + 0.5)
    turn = torch.where(turn.abs() > 0.25, torch.sign(turn) * 0.5 - turn, turn)
    t = turn * (2 * math.pi)
    s = t * t
    return t * (1 + s * (-1 / 6 + s * (1 / 120 + s * (-1 / 5040 + s * (1 / 362880)))))


def cos_deg(angle):
    """Cosine of an angle in degrees (number or tensor)."""
    return sin_deg(angle + 90.0)


def towards(start, angle, length):
    """The point `length` away from `start` in direction `angle` (degrees, anticlockwise from the right)."""
    return start[0] + length * cos_deg(angle), start[1] + length * sin_deg(angle)


def between(a, b, share):
    """The point a given share of the way from a to b."""
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _root(value):
    return torch.sqrt(value) if isinstance(value, torch.Tensor) else math.sqrt(value)


def union(*distances):
    """Distance to whatever is nearest."""
    result = distances[0]
    for other in distances[1:]:
        result = torch.minimum(result, other)
    return result


def smooth_union(a, b, width):
    """Union whose seam is rounded over `width` (quadratic polynomial blend)."""
    blend = ((a - b).abs().neg_().add_(width)).clamp_(min=0)
    return torch.minimum(a, b).sub_(blend.mul_(blend).mul_(0.25 / width))


def common(a, b):
    """The part that lies in both."""
    return torch.maximum(a, b)


def without(a, b):
    """a with b cut out."""
    return torch.maximum(a, -b)


def triangle_wave(value):
    """|value - nearest integer|: 0 at integers, 0.5 half way."""
    return (value - torch.floor(value + 0.5)).abs()


class Plane:
    """Pixel coordinates in an object's own frame (x to its right, y up) and the shapes drawn in it."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor):
        self.x, self.y = x, y

    def _local(self, centre, turn):
        x, y = self.x - centre[0], self.y - centre[1]
        if isinstance(turn, (int, float)) and turn == 0:
            return x, y
        c, s = cos_deg(turn), sin_deg(turn)
        return x * c + y * s, y * c - x * s

    def disc(self, centre, radius):
        """A circle."""
        x, y = self.x - centre[0], self.y - centre[1]
        return x.mul_(x).add_(y.mul_(y)).sqrt_().sub_(radius)

    def ellipse(self, centre, rx, ry, turn=0):
        """An ellipse with half axes rx, ry (first-order distance)."""
        x, y = self._local(centre, turn)
        u, v = x * (1 / rx), y * (1 / ry)
        u, v = u * u, v * v
        near = (u + v).sqrt_()
        slope = (u.mul_(1 / (rx * rx)).add_(v.mul_(1 / (ry * ry)))).sqrt_().add_(_TINY)
        return (near - 1).mul_(near).div_(slope)

    def limb(self, a, b, ra, rb=None):
        """A straight limb from point a to point b with round ends of radius ra and rb."""
        dx, dy = b[0] - a[0], b[1] - a[1]
        x, y = self.x - a[0], self.y - a[1]
        inverse = 1 / (dx * dx + dy * dy + _TINY)
        share = ((x * (dx * inverse)).add_(y * (dy * inverse))).clamp_(0, 1)
        x.sub_(share * dx)
        y.sub_(share * dy)
        distance = x.mul_(x).add_(y.mul_(y)).sqrt_()
        if rb is None:
            return distance.sub_(ra)
        return distance.sub_(ra).sub_(share.mul_(rb - ra))

    def box(self, centre, half_width, half_height, turn=0, corner=0.0):
        """A rectangle; with corner > 0 its corners are rounded."""
        x, y = self._local(centre, turn)
        x, y = x.abs_().sub_(half_width - corner), y.abs_().sub_(half_height - corner)
        if isinstance(corner, (int, float)) and corner == 0:
            return torch.maximum(x, y)
        inner = torch.maximum(x, y).clamp_(max=0)
        x, y = x.clamp_(min=0), y.clamp_(min=0)
        return x.mul_(x).add_(y.mul_(y)).sqrt_().add_(inner).sub_(corner)

    def polygon(self, *points):
        """A convex polygon, corners in anticlockwise order, sharp corners."""
        result = None
        for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True):
            nx, ny = by - ay, ax - bx
            inverse = 1 / (_root(nx * nx + ny * ny) + _TINY)
            nx, ny = nx * inverse, ny * inverse
            side = (self.x * nx).add_(self.y * ny).sub_(nx * ax + ny * ay)
            result = side if result is None else torch.maximum(result, side)
        return result

    def half(self, point, angle):
        """The half plane through `point` whose outward normal points in direction `angle`."""
        nx, ny = cos_deg(angle), sin_deg(angle)
        return (self.x * nx).add_(self.y * ny).sub_(nx * point[0] + ny * point[1])

    def ring(self, centre, radius, width):
        """A circular band of half width `width`."""
        return self.disc(centre, radius).abs_().sub_(width)

    def path(self, points, ra, rb=None):
        """A chain of limbs through the points, tapering from ra to rb."""
        rb = ra if rb is None else rb
        steps = len(points) - 1
        pieces = []
        for i in range(steps):
            start, end = ra + (rb - ra) * (i / steps), ra + (rb - ra) * ((i + 1) / steps)
            pieces.append(self.limb(points[i], points[i + 1], start, end))
        return union(*pieces)

    def patches(self, density, size, skew=0.35):
        """A brick pattern of rounded patches (coats); `density` per unit length, `size` from 0 to 0.5 of a cell."""
        row = self.y * density
        row_number = torch.floor(row)
        column = self.x * density + row_number * (0.5 + 0.11 * skew) + row * skew
        x, y = triangle_wave(column - 0.5), (row - row_number - 0.5).abs_()
        return (torch.maximum(x, y).add_((x + y).mul_(0.5)).sub_(size * 1.5)).mul_(1 / (density * 1.5))

    def dots(self, density, radius):
        """A staggered pattern of round dots of the given radius."""
        row = self.y * density
        number = torch.floor(row)
        x, y = triangle_wave(self.x * density + number * 0.5 - 0.5), row - number - 0.5
        return (x.mul_(x).add_(y.mul_(y)).sqrt_()).div_(density).sub_(radius)

    def stripes(self, density, share, angle=0.0):
        """Parallel stripes across direction `angle`, covering the given share."""
        u = (self.x * cos_deg(angle)).add_(self.y * sin_deg(angle))
        return (triangle_wave(u * density).sub_(share / 2)).div_(density)
