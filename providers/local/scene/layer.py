"""A scene as layers one over another, which a camera passes by."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageChops

from providers.local.canvas import Size, corners, grain
from providers.local.palette import Palette

# So much of a side lies outside the frame of a clip, for the camera to move within.
MARGIN = 0.07
GRAIN = 0.06


@dataclass(frozen=True)
class Brief:
    """What a painter goes by. `size` is that of the whole canvas."""

    words: tuple[str, ...]
    unwanted: frozenset[str]
    palette: Palette
    size: Size
    dice: random.Random

    def has(self, *words: str) -> bool:
        """Whether one of these is asked for, and none is unwanted."""
        return bool(set(words) & set(self.words)) and not set(words) & self.unwanted

    def may(self, chance: float, *words: str) -> bool:
        """Whether something is shown that is not asked for; it can be unwanted."""
        drawn = self.dice.random() < chance
        return not set(words) & self.unwanted and (drawn or self.has(*words))


@dataclass(frozen=True)
class Layer:
    """A picture with what it lets through. `depth` 0 stands still, 1 passes right by; `sway` is
    how far it rises and falls, in parts of the height."""

    image: Image.Image
    depth: float = 0.0
    sway: float = 0.0

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """Where there is something of it."""
        return self.image.getbbox() or (0, 0, 0, 0)


@dataclass(frozen=True)
class Scene:
    """Layers from the back to the front, and the part of them that is seen."""

    layers: Sequence[Layer]
    size: Size
    direction: float = 1.0

    def frame(self, moment: float = 0.5) -> Image.Image:
        """The picture at a moment, 0 to 1."""
        back = self.layers[0].image
        margin = ((back.width - self.size[0]) // 2, (back.height - self.size[1]) // 2)
        image = Image.new("RGB", self.size)
        ease = (1 - math.cos(moment * math.pi)) - 1
        for layer in self.layers:
            x = margin[0] + margin[0] * layer.depth * ease * self.direction
            wave = math.sin(moment * 2 * math.pi) * layer.sway * self.size[1]
            y = margin[1] + max(min(wave, margin[1]), -margin[1])
            _lay(image, layer, (x, y))
        return image


def _lay(image: Image.Image, layer: Layer, corner: tuple[float, float]) -> None:
    """Puts a layer so that its corner is out of sight; only where there is something of it."""
    left, top, right, bottom = layer.box
    x, y = math.floor(corner[0]), math.floor(corner[1])
    # One more on each side, as what lies between pixels spreads over two.
    seen = (
        max(left - 1, x),
        max(top - 1, y),
        min(right + 1, x + image.width),
        min(bottom + 1, y + image.height),
    )
    size = (seen[2] - seen[0], seen[3] - seen[1])
    if min(size) <= 0:
        return
    shift = (1, 0, seen[0] + corner[0] - x, 0, 1, seen[1] + corner[1] - y)
    part = (
        layer.image.crop(seen)
        if corner == (x, y)
        else layer.image.transform(size, Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR)
    )
    image.paste(part, (seen[0] - x, seen[1] - y), part if part.mode == "RGBA" else None)


class Finish:
    """What a picture is shown with: its corners darker, and some grain."""

    def __init__(self, size: Size, dice: random.Random) -> None:
        self._corners = corners(size)
        self._grain = grain(size, dice)

    def on(self, image: Image.Image) -> Image.Image:
        dark = Image.composite(Image.new("RGB", image.size), image, self._corners)
        return Image.blend(dark, ImageChops.soft_light(dark, self._grain), GRAIN)


def finished(image: Image.Image, dice: random.Random) -> Image.Image:
    """As a picture is shown."""
    return Finish(image.size, dice).on(image)
