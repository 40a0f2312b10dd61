"""Things to have: a sword, a potion, a shield, a book, a gem."""

import math

from PIL import Image, ImageChops

from providers.local.canvas import Point, curved, disc, filled, gradient, lit, noise
from providers.local.palette import Colour, mix
from providers.local.scene.drawing import Drawing
from providers.local.scene.layer import Brief, Layer

STEEL: Colour = (176, 186, 200)
WOOD: Colour = (112, 70, 42)
GOLD: Colour = (232, 182, 74)


def item(brief: Brief) -> list[Layer]:
    """The thing that is named, over its shadow."""
    thing = Drawing(brief, 0.48, 0.92)
    for words, draw in THINGS:
        if brief.has(*words):
            draw(thing)
            break
    else:
        brief.dice.choice((_potion, _gem, _book))(thing)
    return [*_ground(thing), Layer(thing.image, 0.55, 0.014)]


def _ground(thing: Drawing) -> list[Layer]:
    brief, tone = thing.brief, thing.brief.palette.at
    image = gradient(brief.size, (tone(0.12), tone(0.3), tone(0.42), tone(0.2)))
    cloud = curved(noise(brief.dice, brief.size, 3, 5), lambda v: v * 0.4)
    image.paste(Image.new("RGB", brief.size, tone(0.08)), (0, 0), cloud)
    glow = curved(disc(brief.size, thing.middle, thing.unit * 0.7), lambda v: v * 0.75)
    image = lit(image, mix(tone(0.75), brief.palette.accent, 0.35), glow)
    flat = curved(thing.oval(0, 0.42, 0.3, 0.05), lambda v: v * 0.5)
    shadow = filled(flat, mix(brief.palette.tones[0], (0, 0, 0), 0.5))
    return [Layer(image), Layer(shadow, 0.35)]


def _sword(thing: Drawing) -> None:
    def across(*points: Point) -> Image.Image:
        """Points along the sword, and how far beside it."""
        turn = math.radians(38)
        return thing.cut(
            *(
                (y * math.sin(turn) + x * math.cos(turn), -y * math.cos(turn) + x * math.sin(turn))
                for x, y in points
            )
        )

    blade = mix(STEEL, thing.brief.palette.at(0.9), 0.3)
    thing.put(across((-0.05, -0.12), (0, -0.12), (0, 0.5), (-0.045, 0.4)), blade)
    dark = mix(blade, (30, 36, 60), 0.4)
    thing.put(across((0, -0.12), (0.05, -0.12), (0.045, 0.4), (0, 0.5)), dark)
    thing.put(across((-0.008, -0.1), (0.008, -0.1), (0, 0.42)), mix(blade, (255, 255, 255), 0.6))
    grip = mix(WOOD, thing.brief.palette.tones[0], 0.3)
    thing.shaded(across((-0.027, -0.34), (0.027, -0.34), (0.027, -0.14), (-0.027, -0.14)), grip)
    guard = across((-0.17, -0.12), (-0.15, -0.17), (0.15, -0.17), (0.17, -0.12), (0, -0.145))
    thing.shaded(guard, GOLD)
    turned = (-0.37 * math.sin(math.radians(38)), 0.37 * math.cos(math.radians(38)))
    thing.shaded(thing.oval(*turned, 0.045, 0.045), GOLD)
    thing.put(thing.oval(*turned, 0.02, 0.02), thing.brief.palette.accent)


def _potion(thing: Drawing) -> None:
    glass = mix(thing.brief.palette.at(0.85), (235, 245, 250), 0.6)
    juice = thing.brief.palette.accent
    belly = thing.oval(0, 0.14, 0.25, 0.25)
    neck = thing.cut((-0.075, -0.28), (0.075, -0.28), (0.085, -0.03), (-0.085, -0.03))
    body = ImageChops.lighter(belly, neck)
    thing.put(curved(body, lambda v: v * 0.45), glass)
    inner = thing.oval(0, 0.14, 0.225, 0.225)
    inner.paste(0, (0, 0), thing.cut((-0.5, -0.5), (0.5, -0.5), (0.5, 0.05), (-0.5, 0.09)))
    thing.shaded(inner, juice)
    thing.put(thing.oval(0, 0.07, 0.212, 0.035), mix(juice, (255, 255, 255), 0.35))
    for _ in range(9):
        x, y = thing.dice.uniform(-0.13, 0.13), thing.dice.uniform(0.12, 0.28)
        size = thing.dice.uniform(0.006, 0.02)
        thing.put(curved(thing.oval(x, y, size, size), lambda v: v * 0.6), (255, 255, 255))
    shine = thing.oval(-0.12, 0.08, 0.045, 0.1)
    thing.put(curved(shine, lambda v: v * 0.55), (255, 255, 255))
    thing.shaded(thing.cut((-0.095, -0.3), (0.095, -0.3), (0.095, -0.25), (-0.095, -0.25)), GOLD)
    thing.shaded(thing.cut((-0.06, -0.4), (0.06, -0.4), (0.07, -0.3), (-0.07, -0.3)), WOOD)


def _shield(thing: Drawing) -> None:
    def form(size: float) -> Image.Image:
        side = [(0.3, -0.36), (0.3, 0.02), (0.24, 0.2), (0.13, 0.33), (0, 0.43)]
        other = [(-x, y) for x, y in reversed(side[:-1])]
        return thing.cut(*((x * size, y * size) for x, y in [*side, *other, (0, -0.41)]))

    palette = thing.brief.palette
    thing.shaded(form(1.0), mix(STEEL, GOLD, thing.dice.choice((0, 1))))
    thing.shaded(form(0.88), palette.at(0.35))
    half = form(0.88)
    half.paste(0, (0, 0), thing.cut((0, -0.6), (0.6, -0.6), (0.6, 0.6), (0, 0.6)))
    thing.put(half, palette.accent)
    points = [
        (
            math.sin(math.pi * n / 5) * (0.17 if n % 2 == 0 else 0.07),
            -0.03 - math.cos(math.pi * n / 5) * (0.17 if n % 2 == 0 else 0.07),
        )
        for n in range(10)
    ]
    thing.shaded(thing.cut(*points), mix(palette.tones[4], GOLD, 0.3))


def _book(thing: Drawing) -> None:
    cover = mix(thing.brief.palette.at(0.25), thing.brief.palette.accent, 0.45)
    page: Colour = (240, 230, 206)
    thing.shaded(thing.cut((-0.25, -0.32), (0.2, -0.36), (0.28, 0.3), (-0.2, 0.38)), cover)
    thing.put(thing.cut((0.2, -0.34), (0.25, -0.31), (0.33, 0.29), (0.28, 0.3)), page)
    thing.put(
        thing.cut((-0.2, 0.36), (0.28, 0.29), (0.33, 0.29), (-0.14, 0.4)), mix(page, WOOD, 0.2)
    )
    spine = mix(cover, (0, 0, 0), 0.35)
    thing.put(thing.cut((-0.25, -0.32), (-0.19, -0.325), (-0.14, 0.37), (-0.2, 0.38)), spine)
    thing.put(thing.cut((-0.12, -0.26), (0.15, -0.285), (0.21, 0.24), (-0.07, 0.3)), GOLD)
    thing.put(thing.cut((-0.108, -0.248), (0.139, -0.272), (0.197, 0.23), (-0.059, 0.285)), cover)
    thing.shaded(thing.oval(0.04, 0.0, 0.075, 0.085), GOLD)
    thing.put(thing.oval(0.04, 0.0, 0.05, 0.058), thing.brief.palette.accent)


def _gem(thing: Drawing) -> None:
    tone = thing.brief.palette.accent
    top = [(-0.2, -0.24), (-0.07, -0.24), (0.07, -0.24), (0.2, -0.24)]
    girdle = [(-0.33, -0.06), (-0.12, -0.03), (0.12, -0.03), (0.33, -0.06)]
    foot = (0.0, 0.38)
    for place in range(3):
        bright = (0.55, 0.3, -0.2)[place]
        upper = (top[place], top[place + 1], girdle[place + 1], girdle[place])
        thing.put(thing.cut(*upper), _turned(tone, bright))
        thing.put(thing.cut(girdle[place], girdle[place + 1], foot), _turned(tone, bright - 0.3))
    table = [(-0.13, -0.215), (0.0, -0.225), (0.13, -0.215), (0.1, -0.09), (-0.1, -0.09)]
    thing.put(curved(thing.cut(*table), lambda v: v * 0.5), (255, 255, 255))
    for x, y, size in ((-0.28, -0.3, 0.05), (0.3, -0.2, 0.035), (0.2, 0.28, 0.03)):
        star = thing.cut(
            *(
                (x, y - size),
                (x + size / 6, y - size / 6),
                (x + size, y),
                (x + size / 6, y + size / 6),
            ),
            *(
                (x, y + size),
                (x - size / 6, y + size / 6),
                (x - size, y),
                (x - size / 6, y - size / 6),
            ),
        )
        thing.put(star, (255, 255, 255))


def _turned(colour: Colour, light: float) -> Colour:
    """A face of a stone, towards the light or away from it."""
    return mix(colour, (255, 255, 255) if light > 0 else (16, 8, 40), abs(light))


THINGS = (
    (("sword", "blade", "dagger", "weapon", "rapier", "katana"), _sword),
    (("potion", "bottle", "flask", "elixir", "vial", "poison"), _potion),
    (("shield", "buckler", "crest", "emblem"), _shield),
    (("book", "tome", "grimoire", "spellbook", "diary"), _book),
    (("gem", "crystal", "jewel", "diamond", "amulet"), _gem),
)
NAMES = frozenset(word for words, _ in THINGS for word in words)
