"""What is far away: sky, stars, sun and moon, clouds."""

from PIL import Image, ImageChops, ImageDraw

from providers.local.canvas import (
    Point,
    above,
    blurred,
    curved,
    disc,
    ellipse,
    filled,
    gradient,
    lit,
    noise,
)
from providers.local.palette import mix, words_of
from providers.local.scene.layer import Brief, Layer

DARK = frozenset(
    words_of(
        "night midnight moon moonlit space galaxy nebula stars starry cosmic cosmos planet dark"
    )
)


def sky(brief: Brief) -> list[Layer]:
    """All of it, and its light where it belongs."""
    image = _ground(brief)
    if brief.has(*DARK):
        image = ImageChops.screen(image, stars(brief, 0.0008))
    layers = [Layer(_with_light(image, brief))]
    if brief.may(0.75, "cloud", "clouds", "cloudy"):
        layers.append(_clouds(brief))
    return layers


def _ground(brief: Brief) -> Image.Image:
    tone = brief.palette.at
    if brief.has(*DARK):
        stops = (tone(0.0), tone(0.25), tone(0.5), tone(0.68))
    elif brief.dice.random() < 0.6:
        stops = (tone(0.32), tone(0.55), tone(0.78), tone(0.97))
    else:
        stops = (tone(0.62), tone(0.8), tone(0.92), tone(1.0))
    return gradient(brief.size, stops)


def _with_light(image: Image.Image, brief: Brief) -> Image.Image:
    """A sun or a moon low in the sky, and what it lights up."""
    width, height = brief.size
    centre = (width * brief.dice.uniform(0.2, 0.8), height * brief.dice.uniform(0.2, 0.46))
    radius = min(width, height) * brief.dice.uniform(0.05, 0.11)
    if {"sun", "moon"} & brief.unwanted:
        return image
    light = mix(brief.palette.tones[4], brief.palette.accent, 0.25)
    glow = curved(disc(brief.size, centre, radius * 7), lambda v: v**2.2 * 0.75)
    image = lit(image, mix(light, brief.palette.accent, 0.3), glow)
    face = Image.new("RGB", brief.size, mix(light, (255, 255, 255), 0.45))
    image.paste(face, (0, 0), ellipse(brief.size, centre, (radius, radius)))
    if brief.has(*DARK):
        _bite(image, brief, centre, radius)
    return image


def _bite(image: Image.Image, brief: Brief, centre: Point, radius: float) -> None:
    """The moon's own shadows."""
    spots = above(noise(brief.dice, brief.size, brief.size[0] / radius * 1.6), 0.62, 0.3)
    inside = ellipse(brief.size, centre, (radius, radius))
    mask = curved(ImageChops.multiply(spots, inside), lambda v: v * 0.35)
    image.paste(Image.new("RGB", brief.size, brief.palette.at(0.6)), (0, 0), mask)


def _clouds(brief: Brief) -> Layer:
    width, height = brief.size
    flat = noise(brief.dice, (width, height * 3), brief.dice.uniform(2, 4), 6)
    mask = above(flat.resize(brief.size), brief.dice.uniform(0.55, 0.68), 0.45)
    fade = gradient(brief.size, ((235, 235, 235), (150, 150, 150), (0, 0, 0))).convert("L")
    mask = ImageChops.multiply(mask, fade)
    return Layer(filled(mask, brief.palette.at(0.97)), 0.12)


def stars(brief: Brief, share: float) -> Image.Image:
    """Stars on black: many faint, few bright."""
    width, height = brief.size
    image = Image.new("RGB", brief.size)
    pen = ImageDraw.Draw(image)
    for _ in range(round(width * height * share)):
        x, y = brief.dice.uniform(0, width), brief.dice.uniform(0, height)
        bright = brief.dice.random() ** 3
        reach = 0.4 + bright * min(width, height) / 420
        colour = mix((90, 95, 120), mix(brief.palette.tones[4], (255, 255, 255), 0.6), bright)
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    return ImageChops.screen(image, blurred(image, max(min(width, height) / 300, 0.6)))
