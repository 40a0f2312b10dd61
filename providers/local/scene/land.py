"""Landscapes: ridges behind ridges, towns and woods on them, water before them."""

from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageOps

from providers.local.canvas import (
    Point,
    blurred,
    curved,
    filled,
    gradient,
    noise,
    polygon,
)
from providers.local.chance import curve
from providers.local.palette import mix
from providers.local.scene.layer import Brief, Layer
from providers.local.scene.sky import sky

WATER = ("sea", "ocean", "lake", "river", "water", "harbor", "harbour", "coast", "beach", "bay")
TOWN = ("city", "town", "street", "skyline", "cyberpunk", "cyber", "neon", "village", "tower")
WOODS = ("forest", "woods", "jungle", "tree", "trees", "pine", "winter", "autumn", "druid")
SAND = ("desert", "dune", "dunes", "sand")
TOPS = ("mountain", "mountains", "peak", "peaks", "alps", "cliff")
# A line of points over a foot at a part of the height; the nearer, from 0 to 1, the larger.
Outline = Callable[[Brief, float, float], list[Point]]


def land(brief: Brief) -> list[Layer]:
    """The whole of it, from the sky to what stands in front."""
    layers = sky(brief)
    horizon = brief.dice.uniform(0.56, 0.64)
    count = brief.dice.choice((3, 4, 4, 5))
    wet = brief.may(0.3, *WATER) and not brief.has(*SAND)
    for index in range(count):
        near = (index + 1) / count
        base = horizon + (0.05 if wet else 0.34) * near**1.5
        layers.append(_ridge(brief, _outline_of(brief, index, count), near, base))
    if wet:
        layers += _water(brief, layers, horizon + 0.045)
    return [*layers, _front(brief)]


def _outline_of(brief: Brief, index: int, count: int) -> Outline:
    last = index >= count - 2
    if last and brief.has(*TOWN):
        return _roofs
    if last and brief.may(0.35, *WOODS) and not brief.has(*SAND):
        return _firs
    if brief.has(*TOPS) or index == 0:
        return _peaks if not brief.has(*SAND) else _dunes
    return _dunes


def _ridge(brief: Brief, outline: Outline, near: float, base: float) -> Layer:
    """One ridge: hazy when far, dark when near, with mist at its foot."""
    width, height = brief.size
    points = outline(brief, base, near)
    mask = polygon(brief.size, [*points, (width, height), (0, height)])
    tone = mix(brief.palette.at(0.74 - 0.7 * near), brief.palette.accent, 0.07)
    haze = mix(tone, brief.palette.at(0.86), 0.42 * (1.15 - near))
    top = min(y for _, y in points) / height
    body = gradient(brief.size, _shades(tone, haze, top, base))
    rough = curved(noise(brief.dice, brief.size, 7 + 10 * near, 5), lambda v: v * 0.22)
    body.paste(Image.new("RGB", brief.size, mix(tone, (0, 0, 0), 0.4)), (0, 0), rough)
    if outline is _roofs:
        _light_windows(body, brief, top)
    return Layer(filled(mask, body), 0.15 + 0.6 * near)


def _light_windows(body: Image.Image, brief: Brief, top: float) -> None:
    width, height = brief.size
    pen, step = ImageDraw.Draw(body), max(height / 64, 3)
    colours = (brief.palette.accent, brief.palette.tones[4], brief.palette.at(0.8))
    for row in range(int(height * top / step) + 1, int(height / step)):
        for column in range(int(width / step)):
            if brief.dice.random() < 0.16:
                x, y = column * step, row * step
                box = (x, y, x + step * 0.45, y + step * 0.5)
                pen.rectangle(box, fill=brief.dice.choice(colours))


def _shades(
    tone: tuple[int, int, int], haze: tuple[int, int, int], top: float, base: float
) -> list[tuple[int, int, int]]:
    """Twenty stops: the tone down from its top, the haze at its foot."""
    reach = max(base + 0.16 - top, 0.05)
    return [mix(tone, haze, min(max((y / 19 - top) / reach, 0.0), 1.0) ** 1.4) for y in range(20)]


def _peaks(brief: Brief, base: float, near: float) -> list[Point]:
    width, height = brief.size
    rough = curve(brief.dice, 240, brief.dice.uniform(2.2, 4.2), 6)
    lift = brief.dice.uniform(0.2, 0.3) * (1.1 - 0.55 * near)
    return [
        (width * x / 239, height * (base - lift * (1 - 2 * abs(value)) * 0.8))
        for x, value in enumerate(rough)
    ]


def _dunes(brief: Brief, base: float, _near: float) -> list[Point]:
    width, height = brief.size
    soft = curve(brief.dice, 160, brief.dice.uniform(1.2, 3.0), 2)
    lift = brief.dice.uniform(0.06, 0.13)
    return [(width * x / 159, height * (base - lift * value)) for x, value in enumerate(soft)]


def _firs(brief: Brief, base: float, near: float) -> list[Point]:
    width, height = brief.size
    soft = curve(brief.dice, 101, 2.5, 2)
    points: list[Point] = []
    x = -0.02
    while x < 1.03:
        tall = brief.dice.uniform(0.05, 0.12) * (0.55 + near)
        wide = tall * brief.dice.uniform(0.28, 0.4) * height / width
        foot = base - 0.05 * soft[min(max(int(x * 100), 0), 100)]
        for step in range(5):
            y = foot - tall * step / 5
            points.append((width * (x + wide * (step / 10)), height * y))
            inward = x + wide * (step / 10 + 0.07)
            points.append((width * inward, height * (y - tall * 0.1)))
        points.append((width * (x + wide / 2), height * (foot - tall)))
        for step in reversed(range(5)):
            y = foot - tall * step / 5
            points.append((width * (x + wide * (0.93 - step / 10)), height * (y - tall * 0.1)))
            points.append((width * (x + wide * (1 - step / 10)), height * y))
        x += wide * brief.dice.uniform(0.55, 1.3)
    return points


def _roofs(brief: Brief, base: float, near: float) -> list[Point]:
    width, height = brief.size
    points: list[Point] = []
    x = 0.0
    while x < 1.0:
        wide = brief.dice.uniform(0.02, 0.07)
        top = base - brief.dice.random() ** 2 * 0.34 * (1.25 - near * 0.5) - 0.03
        points += [(width * x, height * top), (width * (x + wide), height * top)]
        if brief.dice.random() < 0.25:
            middle = x + wide / 2
            points[-1:-1] = [(width * middle, height * (top - brief.dice.uniform(0.02, 0.07)))]
        x += wide
    return points


def _water(brief: Brief, layers: list[Layer], line: float) -> list[Layer]:
    """What stands behind it, upside down and broken by waves."""
    width, height = brief.size
    top = round(height * line)
    behind = Image.new("RGB", brief.size)
    for layer in layers:
        behind.paste(layer.image, (0, 0), layer.image if layer.image.mode == "RGBA" else None)
    mirrored = ImageOps.flip(behind.crop((0, max(2 * top - height, 0), width, top)))
    mirrored = blurred(mirrored.resize((width, height - top)), height / 220)
    deep = gradient(mirrored.size, (brief.palette.at(0.7), brief.palette.at(0.12)))
    body = Image.blend(mirrored, deep, 0.42)
    streaks = noise(brief.dice, (max(width // 6, 2), mirrored.height), 3, 5).resize(body.size)
    lines = Image.frombytes("L", (1, mirrored.height), brief.dice.randbytes(mirrored.height))
    streaks = ImageChops.multiply(streaks, lines.resize(body.size))
    light = curved(streaks, lambda v: max(v - 0.42, 0.0) * 1.1)
    body.paste(Image.new("RGB", body.size, brief.palette.at(0.95)), (0, 0), light)
    image = Image.new("RGBA", brief.size)
    image.paste(body, (0, top))
    return [Layer(image, 0.25)]


def _front(brief: Brief) -> Layer:
    """Dark ground right before the viewer: grass, stones."""
    width, height = brief.size
    soft = curve(brief.dice, 90, 3, 3)
    points: list[Point] = []
    for x, value in enumerate(soft):
        foot = 0.955 - 0.035 * value
        points.append((width * x / 89, height * foot))
        if brief.dice.random() < 0.8 and not brief.has(*SAND):
            lean = brief.dice.uniform(-0.006, 0.01)
            tip = foot - brief.dice.uniform(0.01, 0.05)
            points.append((width * (x / 89 + lean), height * tip))
    mask = polygon(brief.size, [*points, (width, height), (0, height)])
    dark = mix(brief.palette.tones[0], (0, 0, 0), 0.45)
    return Layer(filled(mask, dark), 1.0, 0.0)
