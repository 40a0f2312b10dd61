"""Moves a camera over a still, and goes from one still to another."""

import math
import random
from collections.abc import Callable
from functools import partial

from PIL import Image, ImageChops

from providers.local.canvas import Size, above, covered, curved, disc, noise

Mix = Callable[[Image.Image, Image.Image, float], Image.Image]


def eased(part: float) -> float:
    """Slow at both ends."""
    return (1 - math.cos(part * math.pi)) / 2


class Camera:
    """Goes nearer to a point of a still. At the beginning the still is seen as it is."""

    def __init__(self, dice: random.Random, reach: float = 0.16) -> None:
        self.reach = reach
        self.aim = (dice.uniform(0.3, 0.7), dice.uniform(0.3, 0.65))

    def seen(self, image: Image.Image, part: float) -> Image.Image:
        """What is seen of it; 0 is all, 1 is the nearest."""
        if part <= 0:
            return image
        scale = 1 - self.reach * part
        width, height = image.size
        left = width * (1 - scale) * self.aim[0]
        top = height * (1 - scale) * self.aim[1]
        box = (left, top, left + width * scale, top + height * scale)
        return image.resize(image.size, Image.Resampling.BICUBIC, box=box)


def fade(before: Image.Image, after: Image.Image, part: float) -> Image.Image:
    """One through the other."""
    return Image.blend(before, after, part)


def slide(before: Image.Image, after: Image.Image, part: float, sign: int = 1) -> Image.Image:
    """The new one pushes the old one out."""
    width = before.width
    shift = round(width * eased(part)) * sign
    image = Image.new("RGB", before.size)
    image.paste(before, (-shift, 0))
    image.paste(after, (width * sign - shift, 0))
    return image


def iris(before: Image.Image, after: Image.Image, part: float) -> Image.Image:
    """The new one opens from the middle."""
    width, height = before.size
    radius = max(math.hypot(width, height) * 0.5 * eased(part) * 1.35, 1)
    mask = curved(disc(before.size, (width / 2, height / 2), radius), lambda v: v * 9)
    if part >= 0.97:
        mask = ImageChops.lighter(
            mask, Image.new("L", before.size, round(255 * (part - 0.97) / 0.03))
        )
    return Image.composite(after, before, mask)


def dissolve(
    before: Image.Image, after: Image.Image, part: float, clouds: Image.Image
) -> Image.Image:
    """The new one comes through in clouds."""
    return Image.composite(after, before, above(clouds, 1.15 - eased(part) * 1.3, 0.3))


def mix_for(words: tuple[str, ...], dice: random.Random, size: Size) -> Mix:
    """The way the words ask for; without such a word, what chance gives."""
    ways = ("fade", "slide", "iris", "dissolve")
    way = next((word for word in words if word in ways), None) or dice.choice(ways)
    if way == "dissolve":
        return partial(dissolve, clouds=noise(dice, size, 4, 5))
    if way == "slide":
        return partial(slide, sign=dice.choice((1, -1)))
    return iris if way == "iris" else fade


def fitted(image: Image.Image, size: Size) -> Image.Image:
    """Without transparency, and filling a size."""
    return covered(image.convert("RGB"), size)
