"""A thing that is drawn piece by piece, lit from the left."""

from PIL import Image, ImageChops

from providers.local.canvas import Point, blurred, curved, ellipse, filled, polygon
from providers.local.palette import Colour, mix
from providers.local.scene.layer import Brief


class Drawing:
    """A transparent sheet. Lengths are in parts of the shorter side, from a middle."""

    def __init__(self, brief: Brief, middle: float = 0.5, size: float = 1.0) -> None:
        self.brief = brief
        self.dice = brief.dice
        width, height = brief.size
        self.unit = min(width, height) * size
        self.middle = (width / 2, height * middle)
        self.image = Image.new("RGBA", brief.size)

    def at(self, x: float, y: float) -> Point:
        return self.middle[0] + x * self.unit, self.middle[1] + y * self.unit

    def oval(self, x: float, y: float, a: float, b: float) -> Image.Image:
        return ellipse(self.brief.size, self.at(x, y), (a * self.unit, b * self.unit))

    def cut(self, *points: Point) -> Image.Image:
        return polygon(self.brief.size, [self.at(x, y) for x, y in points])

    def put(self, mask: Image.Image, colour: Colour | Image.Image) -> None:
        self.image.alpha_composite(filled(mask, colour))

    def shaded(self, mask: Image.Image, colour: Colour) -> None:
        """A body with its light from the left."""
        self.put(mask, colour)
        shadow = mask.copy()
        away = ImageChops.offset(blurred(mask, self.unit * 0.03), round(-self.unit * 0.05), 0)
        shadow.paste(0, (0, 0), away)
        self.put(curved(shadow, lambda v: v * 0.38), mix(colour, (20, 10, 40), 0.75))
