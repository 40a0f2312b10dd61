"""Pictures of no thing: ribbons, rings, tiles."""

from PIL import Image, ImageChops, ImageDraw

from providers.local.canvas import FINE, blurred, curved, filled, gradient, noise, polygon, shape
from providers.local.chance import curve
from providers.local.palette import Colour, mix
from providers.local.scene.layer import Brief, Layer


def pattern(brief: Brief) -> list[Layer]:
    """One of several sorts."""
    if brief.has("tile", "tiles", "grid", "quilt", "mosaic", "geometric", "bauhaus"):
        return _tiles(brief)
    if brief.has("ring", "rings", "circle", "circles", "orbit", "mandala"):
        return _rings(brief)
    return brief.dice.choice((_ribbons, _ribbons, _rings, _tiles))(brief)


def _ribbons(brief: Brief) -> list[Layer]:
    """Waves of paper, each with its shadow on the next."""
    width, height = brief.size
    layers = [Layer(gradient(brief.size, (brief.palette.at(1.0), brief.palette.at(0.8))))]
    count = brief.dice.randint(7, 10)
    vivid = brief.dice.randrange(1, count)
    for index in range(count):
        wave = curve(brief.dice, 120, brief.dice.uniform(1.0, 2.4), 2)
        foot = 0.12 + 0.9 * index / count
        points = [(width * x / 119, height * (foot + 0.13 * value)) for x, value in enumerate(wave)]
        mask = polygon(brief.size, [*points, (width, height * 1.1), (0, height * 1.1)])
        tone = brief.palette.at(0.9 - 0.85 * index / count)
        if index == vivid:
            tone = brief.palette.accent
        body = gradient(brief.size, (mix(tone, (255, 255, 255), 0.1), mix(tone, (0, 0, 0), 0.15)))
        shadow = curved(blurred(mask, height / 50), lambda v: v * 0.45)
        depth = 0.1 + 0.9 * index / count
        layers.append(Layer(filled(shadow, (0, 0, 0)), depth, 0.01))
        layers.append(Layer(filled(mask, body), depth, 0.012))
    return layers


def _rings(brief: Brief) -> list[Layer]:
    """Arcs around a few points, as of a record or a wave."""
    width, height = brief.size
    side = min(width, height)
    layers = [Layer(_wash(brief))]
    for index in range(brief.dice.randint(3, 5)):
        x, y = width * brief.dice.uniform(0.1, 0.9), height * brief.dice.uniform(0.1, 0.9)
        reach = side * brief.dice.uniform(0.16, 0.42)
        bands = [(part / 9, brief.dice.random() < 0.6) for part in range(9, 0, -1)]

        def draw(
            pen: ImageDraw.ImageDraw,
            k: float,
            x: float = x,
            y: float = y,
            reach: float = reach,
            bands: list[tuple[float, bool]] = bands,
        ) -> None:
            for part, seen in bands:
                r = reach * part
                box = [v * k for v in (x - r, y - r, x + r, y + r)]
                pen.ellipse(box, fill=255 if seen else 0)

        tone = brief.palette.accent if index == 0 else brief.palette.at(brief.dice.random() * 0.8)
        layers.append(Layer(filled(shape(brief.size, draw), tone), 0.25 * index, 0.015))
    return layers


def _tiles(brief: Brief) -> list[Layer]:
    """Quarter circles, halves and dots on a board."""
    width, height = brief.size
    cells = brief.dice.choice((4, 5, 6))
    side = min(width, height) / cells
    colours: list[Colour] = [*brief.palette.tones, brief.palette.accent, brief.palette.accent]
    board = Image.new("RGB", (width * FINE, height * FINE), brief.palette.tones[4])
    pen = ImageDraw.Draw(board)
    for row in range(int(height / side) + 1):
        for column in range(int(width / side) + 1):
            corner = (column * side * FINE, row * side * FINE)
            _tile(pen, corner, side * FINE, brief.dice.sample(colours, 2), brief.dice.randrange(6))
    return [Layer(board.reduce(FINE), 1.0)]


def _tile(
    pen: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    side: float,
    colours: list[Colour],
    sort: int,
) -> None:
    x, y = corner
    pen.rectangle((x, y, x + side, y + side), fill=colours[0])
    if sort < 4:
        left, top, begin = x - side * (sort % 2), y - side * (sort // 2), _quarter(sort)
        box = (left, top, left + side * 2, top + side * 2)
        pen.pieslice(box, begin, begin + 90, fill=colours[1])
    elif sort == 4:
        inset = side * 0.2
        pen.ellipse((x + inset, y + inset, x + side - inset, y + side - inset), fill=colours[1])
    else:
        pen.polygon(((x, y), (x + side, y), (x, y + side)), fill=colours[1])


def _quarter(sort: int) -> int:
    """Where the quarter of a circle begins that fills a tile from one of its corners."""
    return {0: 180, 1: 270, 2: 90, 3: 0}[sort]


def _wash(brief: Brief) -> Image.Image:
    ground = gradient(brief.size, (brief.palette.at(0.98), brief.palette.at(0.82)))
    stain = curved(noise(brief.dice, brief.size, 3, 4), lambda v: v * 0.3)
    return Image.composite(
        Image.new("RGB", brief.size, brief.palette.at(0.7)),
        ground,
        ImageChops.multiply(stain, stain),
    )
