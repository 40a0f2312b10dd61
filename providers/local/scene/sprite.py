"""Sprites: small creatures of large pixels, the same on both sides."""

from PIL import Image, ImageChops, ImageFilter

from providers.local.canvas import curved, disc, filled, gradient, lit
from providers.local.palette import Colour, mix
from providers.local.scene.layer import Brief, Layer

HALF, TALL = 7, 14


def sprite(brief: Brief) -> list[Layer]:
    """A creature on a plain ground, with its shadow."""
    tone = brief.palette.at
    width, height = brief.size
    side = round(min(width, height) * 0.74 / (TALL + 2))
    creature = _drawn(brief).resize(
        ((HALF * 2 + 2) * side, (TALL + 2) * side), Image.Resampling.NEAREST
    )
    ground = gradient(brief.size, (tone(0.4), tone(0.6), tone(0.3)))
    middle = (width / 2, height / 2)
    ground = lit(
        ground,
        tone(0.9),
        curved(disc(brief.size, middle, min(width, height) * 0.6), lambda v: v * 0.6),
    )
    corner = ((width - creature.width) // 2, (height - creature.height) // 2)
    sheet = Image.new("RGBA", brief.size)
    sheet.paste(creature, corner)
    shadow = ImageChops.offset(sheet.getchannel("A"), side // 2, side // 2)
    dark = filled(curved(shadow, lambda v: v * 0.35), brief.palette.tones[0])
    return [Layer(ground), Layer(dark, 0.4), Layer(sheet, 0.5, 0.02)]


def _drawn(brief: Brief) -> Image.Image:
    """A few pixels, of which the left half is chance and the right half its mirror."""
    body = _body(brief)
    shades: tuple[Colour, ...] = (
        brief.palette.accent,
        mix(brief.palette.accent, brief.palette.tones[4], 0.4),
        mix(brief.palette.accent, brief.palette.tones[0], 0.4),
    )
    image = Image.new("RGBA", (HALF * 2 + 2, TALL + 2))
    mask = Image.new("L", image.size)
    for x, y in body:
        colour = (*brief.dice.choice(shades), 255)
        for place in (HALF - x, HALF + 1 + x):
            image.putpixel((place, y + 1), colour)
            mask.putpixel((place, y + 1), 255)
    eyes = brief.dice.randint(1, 2)
    for place in (HALF - eyes, HALF + 1 + eyes):
        image.putpixel((place, 5), (255, 255, 255, 255))
        image.putpixel((place, 6), (16, 12, 24, 255))
    line = mask.filter(ImageFilter.MaxFilter(3))
    outlined = filled(line, mix(brief.palette.tones[0], (0, 0, 0), 0.5))
    outlined.alpha_composite(image)
    return outlined


def _body(brief: Brief) -> set[tuple[int, int]]:
    """Places of the right half: a trunk, and limbs grown out of it."""
    found = {(x, y) for y in range(3, 10) for x in range(brief.dice.randint(2, 4))}
    for y in (3, 4, 5, 6):
        found |= {(x, y) for x in range(4)}
    for _ in range(brief.dice.randint(22, 34)):
        x, y = brief.dice.choice(sorted(found))
        dx, dy = brief.dice.choice(((1, 0), (0, 1), (0, -1), (1, 1), (1, -1)))
        if 0 <= x + dx < HALF and 0 <= y + dy < TALL:
            found.add((x + dx, y + dy))
    foot = brief.dice.randint(0, 2)
    return found | {(foot + n, y) for n in (0, 1) for y in range(9, 13)}
