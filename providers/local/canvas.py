"""What pictures are built from: gradients, noise, light, soft shapes."""

import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from providers.local.palette import Colour, mix

Size = tuple[int, int]
Point = tuple[float, float]
# Shapes are drawn larger, then shrunk: so their edges are smooth.
FINE = 2


def gradient(size: Size, stops: Sequence[Colour]) -> Image.Image:
    """From the first colour on top to the last below."""
    rows = bytearray()
    for y in range(size[1]):
        place = y / max(size[1] - 1, 1) * (len(stops) - 1)
        first = min(int(place), len(stops) - 2)
        rows += bytes(mix(stops[first], stops[first + 1], place - first))
    return Image.frombytes("RGB", (1, size[1]), bytes(rows)).resize(size)


def noise(dice: random.Random, size: Size, cells: float, octaves: int = 4) -> Image.Image:
    """Clouds of grey, cells wide, that fill the range from black to white."""
    found: Image.Image | None = None
    part = 0.5
    for _ in range(octaves):
        across = max(int(cells), 1)
        grid = (across + 1, max(int(cells * size[1] / size[0]), 1) + 1)
        spots = Image.frombytes("L", grid, dice.randbytes(grid[0] * grid[1]))
        layer = spots.resize(size, Image.Resampling.BICUBIC)
        found = layer if found is None else Image.blend(found, layer, part * 0.72)
        part, cells = part * 0.72, cells * 2
    assert found is not None
    return ImageOps.autocontrast(found, cutoff=1)


def curved(mask: Image.Image, curve: Callable[[float], float]) -> Image.Image:
    """Each grey, 0 to 1, by a function."""
    return mask.point([round(255 * min(max(curve(v / 255), 0.0), 1.0)) for v in range(256)])


def above(mask: Image.Image, edge: float, soft: float = 0.2) -> Image.Image:
    """White where the mask is lighter than an edge."""
    return curved(mask, lambda v: (v - edge) / soft + 0.5)


def disc(size: Size, centre: Point, radius: float) -> Image.Image:
    """A mask: 1 in the middle, and less and less to the radius."""
    side = max(round(radius * 2), 2)
    light = ImageOps.invert(Image.radial_gradient("L")).resize((side, side))
    # Pillow's circle touches the corners; the sides lie at 0.29 of the light.
    light = curved(light, lambda v: (v - 0.295) / 0.705)
    mask = Image.new("L", size)
    mask.paste(light, (round(centre[0] - radius), round(centre[1] - radius)))
    return mask


def lit(image: Image.Image, colour: Colour, mask: Image.Image) -> Image.Image:
    """With light of a colour added."""
    light = Image.composite(
        Image.new("RGB", image.size, colour), Image.new("RGB", image.size), mask
    )
    return ImageChops.screen(image, light)


def shape(size: Size, draw: Callable[[ImageDraw.ImageDraw, float], None]) -> Image.Image:
    """A mask of what is drawn, smooth at its edges; all lengths are to be multiplied."""
    large = Image.new("L", (size[0] * FINE, size[1] * FINE))
    draw(ImageDraw.Draw(large), float(FINE))
    return large.reduce(FINE)


def polygon(size: Size, points: Sequence[Point]) -> Image.Image:
    """A mask of a polygon."""
    return shape(size, lambda pen, k: pen.polygon([(x * k, y * k) for x, y in points], fill=255))


def ellipse(size: Size, centre: Point, radii: Point) -> Image.Image:
    """A mask of an ellipse."""
    (x, y), (a, b) = centre, radii
    box = (x - a, y - b, x + a, y + b)
    return shape(size, lambda pen, k: pen.ellipse([v * k for v in box], fill=255))


def filled(mask: Image.Image, fill: Colour | Image.Image) -> Image.Image:
    """A layer: a colour or a picture, seen where the mask is white."""
    image = fill.copy() if isinstance(fill, Image.Image) else Image.new("RGB", mask.size, fill)
    image.putalpha(mask)
    return image


def blurred(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def grain(size: Size, dice: random.Random) -> Image.Image:
    """The grain of a film, which keeps gradients from showing steps."""
    dots = Image.frombytes("L", size, dice.randbytes(size[0] * size[1]))
    grey = curved(dots, lambda v: 0.5 + (v - 0.5) * 0.5)
    return Image.merge("RGB", (grey,) * 3)


def corners(size: Size, strength: float = 0.63) -> Image.Image:
    """A mask: black in the middle, grey towards the corners."""
    edge = Image.radial_gradient("L").resize(size)
    return curved(edge, lambda v: max(v - 0.45, 0.0) * strength)


def covered(image: Image.Image, size: Size) -> Image.Image:
    """A picture that fills a size, cut at its sides where it must be."""
    return ImageOps.fit(image, size, Image.Resampling.LANCZOS)
