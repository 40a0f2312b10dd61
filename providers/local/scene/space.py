"""Space: a nebula, its stars, a planet."""

from PIL import Image, ImageChops, ImageOps

from providers.local.canvas import (
    blurred,
    curved,
    disc,
    ellipse,
    filled,
    gradient,
    lit,
    noise,
    shape,
)
from providers.local.palette import mix
from providers.local.scene.layer import Brief, Layer
from providers.local.scene.sky import stars


def space(brief: Brief) -> list[Layer]:
    """From the stars to the planet."""
    layers = [Layer(_nebula(brief))]
    if brief.may(0.8, "planet", "planets", "world", "moon"):
        layers += _planet(brief)
    return layers


def _nebula(brief: Brief) -> Image.Image:
    width, height = brief.size
    image = Image.new("RGB", brief.size, mix(brief.palette.tones[0], (0, 0, 0), 0.5))
    for tone in (brief.palette.at(0.35), brief.palette.at(0.62), brief.palette.accent):
        dust = noise(brief.dice, brief.size, brief.dice.uniform(1.5, 3), 6)
        centre = (width * brief.dice.uniform(0.2, 0.8), height * brief.dice.uniform(0.2, 0.8))
        reach = disc(brief.size, centre, max(brief.size) * 0.62)
        mask = ImageChops.multiply(curved(dust, lambda v: v**2 * 1.15), reach)
        image = lit(image, tone, mask)
    dark = curved(noise(brief.dice, brief.size, 3, 6), lambda v: (v - 0.55) * 1.6)
    image.paste(Image.new("RGB", brief.size), (0, 0), dark)
    return ImageChops.screen(image, stars(brief, 0.0022))


def _planet(brief: Brief) -> list[Layer]:
    width, height = brief.size
    side = min(width, height)
    radius = side * brief.dice.uniform(0.16, 0.27)
    centre = (width * brief.dice.uniform(0.32, 0.68), height * brief.dice.uniform(0.38, 0.66))
    ball = ellipse(brief.size, centre, (radius, radius))
    bands = noise(brief.dice, (max(width // 10, 2), height), 1.2, 6).resize(brief.size)
    tones = [brief.palette.at(part) for part in (0.15, 0.6, 0.95)]
    face = ImageOps.colorize(bands, tones[0], tones[2], tones[1])
    sun = (centre[0] - radius * 0.55, centre[1] - radius * 0.55)
    light = curved(disc(brief.size, sun, radius * 1.9), lambda v: v**0.8)
    face = ImageChops.multiply(face, Image.merge("RGB", (light,) * 3))
    halo = curved(disc(brief.size, centre, radius * 1.5), lambda v: v * 0.5)
    glow = filled(halo, brief.palette.at(0.75))
    layers = [Layer(glow, 0.4), Layer(filled(ball, face), 0.4)]
    if brief.may(0.6, "ring", "rings"):
        layers.append(_ring(brief, centre, radius, ball))
    return layers


def _ring(brief: Brief, centre: tuple[float, float], radius: float, ball: Image.Image) -> Layer:
    """Bands around the ball; what is behind it is not seen."""
    x, y = centre

    def bands(pen: object, k: float) -> None:
        for part, grey in ((1.95, 150), (1.8, 0), (1.74, 220), (1.45, 60), (1.32, 0)):
            a, b = radius * part * k, radius * part * 0.27 * k
            pen.ellipse((x * k - a, y * k - b, x * k + a, y * k + b), fill=grey)  # type: ignore[attr-defined]

    mask = shape(brief.size, bands)
    back = Image.new("L", brief.size, 255)
    back.paste(0, (0, 0), ImageChops.multiply(ball, _upper(brief, y)))
    mask = ImageChops.multiply(mask, back)
    tilted = mask.rotate(brief.dice.uniform(8, 24), Image.Resampling.BICUBIC, center=centre)
    tone = gradient(brief.size, (brief.palette.tones[4], brief.palette.at(0.7)))
    return Layer(filled(blurred(tilted, 0.5), tone), 0.4)


def _upper(brief: Brief, y: float) -> Image.Image:
    half = Image.new("L", brief.size)
    half.paste(255, (0, 0, brief.size[0], round(y)))
    return half
