"""Chance that is the same in every process: it depends on what it is made from, and nothing else."""

import hashlib
import math
import random


def chance(*parts: object) -> random.Random:
    """A source of random numbers that belongs to these parts."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).digest()
    return random.Random(int.from_bytes(digest[:16], "big"))  # noqa: S311 - pictures, no secrets


def curve(dice: random.Random, points: int, cells: float, octaves: int = 4) -> list[float]:
    """A line of hills: so many heights, about -1 to 1, and smooth between its cells."""
    heights = [0.0] * points
    strength, total = 1.0, 0.0
    for _ in range(octaves):
        knots = [dice.uniform(-1, 1) for _ in range(int(cells) + 3)]
        for x in range(points):
            whole, part = divmod(x / max(points - 1, 1) * cells, 1)
            ease = (1 - math.cos(part * math.pi)) / 2
            before, after = knots[int(whole)], knots[int(whole) + 1]
            heights[x] += strength * (before + (after - before) * ease)
        total += strength
        strength, cells = strength / 2.1, cells * 2
    return [height / total for height in heights]
