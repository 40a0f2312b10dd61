"""Portraits: somebody in front of a light, dressed as the words say."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from providers.local.canvas import (
    Point,
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
from providers.local.palette import Colour, mix, words_of
from providers.local.scene.drawing import Drawing
from providers.local.scene.layer import Brief, Layer

SKINS: tuple[Colour, ...] = (
    (247, 214, 186),
    (232, 187, 148),
    (201, 148, 106),
    (156, 105, 72),
    (108, 70, 50),
)
GREEN, PALE = (134, 168, 92), (206, 214, 208)
HAIRS: tuple[Colour, ...] = ((36, 26, 24), (84, 52, 34), (150, 96, 48), (214, 176, 108))
GREY: Colour = (206, 204, 200)
WIZARDS = ("wizard", "witch", "mage", "sorcerer", "sorceress", "warlock")
CROWNED = ("king", "queen", "prince", "princess", "crown", "emperor", "empress", "baron")
HOODED = ("rogue", "assassin", "monk", "druid", "thief", "hood", "hooded", "ranger", "cultist")
ARMED = ("knight", "soldier", "guard", "warrior", "paladin", "helmet", "viking")
BEARDED = ("beard", "bearded", "dwarf", "viking", "bartender", "smith", "blacksmith")
OLD = ("old", "elder", "elderly", "ancient", "wizard", "grandmother", "grandfather")
MEN = frozenset(
    words_of("man boy he king prince emperor baron lord wizard monk grandfather")
).union(BEARDED)
WOMEN = ("woman", "girl", "queen", "princess", "witch", "lady", "sorceress", "empress", "she")


class Figure(Drawing):
    """Somebody being drawn, measured from the middle of the face."""

    def __init__(self, brief: Brief) -> None:
        super().__init__(brief, 0.43, 0.88)
        self.woman = brief.has(*WOMEN) or (not brief.has(*MEN) and self.dice.random() < 0.4)
        self.skin = self._skin()
        hairs = HAIRS if self.skin in SKINS[:3] else HAIRS[:2]
        self.hair = GREY if brief.has(*OLD) else self.dice.choice(hairs)
        self.cloth = mix(brief.palette.at(0.3), brief.palette.accent, self.dice.uniform(0, 0.5))

    def _skin(self) -> Colour:
        if self.brief.has("orc", "goblin", "troll"):
            return GREEN
        if self.brief.has("vampire", "ghost", "undead", "skeleton"):
            return PALE
        return self.dice.choice(SKINS)


def figure(brief: Brief) -> list[Layer]:
    """The ground, and somebody before it."""
    somebody = Figure(brief)
    _hair_behind(somebody)
    _body(somebody)
    _head(somebody)
    _face(somebody)
    _hair(somebody)
    _dress(somebody)
    return [*_ground(brief, somebody), Layer(somebody.image, 0.5, 0.008)]


def _ground(brief: Brief, somebody: Figure) -> list[Layer]:
    tone = brief.palette.at
    image = gradient(brief.size, (tone(0.35), tone(0.6), tone(0.45), tone(0.15)))
    cloud = curved(noise(brief.dice, brief.size, 3, 5), lambda v: v * 0.45)
    image.paste(Image.new("RGB", brief.size, tone(0.2)), (0, 0), cloud)
    reach = somebody.unit * 0.75
    glow = curved(disc(brief.size, somebody.middle, reach), lambda v: v * 0.8)
    image = lit(image, mix(tone(0.85), brief.palette.accent, 0.2), glow)
    layers = [Layer(image)]
    if brief.dice.random() < 0.6:
        ring = ellipse(brief.size, somebody.at(0, -0.03), (somebody.unit * 0.42,) * 2)
        inner = ellipse(brief.size, somebody.at(0, -0.03), (somebody.unit * 0.405,) * 2)
        ring.paste(0, (0, 0), inner)
        layers.append(Layer(filled(curved(ring, lambda v: v * 0.55), tone(1.0)), 0.2))
    return layers


def _body(one: Figure) -> None:
    wide = 0.37 if one.woman else 0.44
    arms = one.oval(0, 0.62, wide, 0.31)
    trunk = one.cut((-wide, 0.62), (wide, 0.62), (wide, 1.2), (-wide, 1.2))
    one.shaded(ImageChops.lighter(arms, trunk), one.cloth)
    neck = one.cut((-0.075, 0.1), (0.075, 0.1), (0.1, 0.36), (-0.1, 0.36))
    one.put(
        ImageChops.lighter(neck, one.oval(0, 0.35, 0.1, 0.045)), mix(one.skin, (60, 20, 40), 0.28)
    )
    trim = mix(one.brief.palette.accent, (255, 255, 255), 0.15)
    one.put(one.cut((-0.15, 0.29), (-0.09, 0.3), (0.0, 0.47), (-0.03, 0.53)), trim)
    one.put(
        one.cut((0.15, 0.29), (0.09, 0.3), (0.0, 0.47), (0.03, 0.53)), mix(trim, (0, 0, 0), 0.2)
    )
    if one.brief.has(*ARMED):
        for x in (-0.33, 0.33):
            one.shaded(
                one.oval(x, 0.5, 0.15, 0.12), mix(one.brief.palette.at(0.7), (190, 195, 205), 0.6)
            )


def _head(one: Figure) -> None:
    for x in (-0.2, 0.2):
        one.put(one.oval(x, 0.0, 0.035, 0.055), mix(one.skin, (120, 40, 40), 0.2))
        if one.brief.has("elf", "elven", "druid", "goblin", "orc"):
            tip = 0.3 if x > 0 else -0.3
            one.put(one.cut((x * 0.9, -0.04), (tip, -0.13), (x * 0.9, 0.05)), one.skin)
    jaw = 0.165 if one.woman else 0.185
    skull = one.oval(0, -0.04, 0.2, 0.21)
    chin = one.oval(0, 0.07, jaw, 0.185)
    one.shaded(ImageChops.lighter(skull, chin), one.skin)
    cheeks = ImageChops.lighter(
        one.oval(-0.11, 0.07, 0.05, 0.035), one.oval(0.11, 0.07, 0.05, 0.035)
    )
    one.put(curved(blurred(cheeks, one.unit * 0.015), lambda v: v * 0.4), (214, 92, 84))


def _face(one: Figure) -> None:
    iris = mix(one.brief.palette.accent, (30, 40, 60), 0.4)
    dark = mix(one.hair, (20, 14, 16), 0.5)
    for x in (-0.082, 0.082):
        one.put(one.oval(x, -0.005, 0.04, 0.022), (250, 246, 240))
        one.put(one.oval(x + 0.004, -0.004, 0.02, 0.0205), iris)
        one.put(one.oval(x + 0.004, -0.004, 0.01, 0.011), (18, 14, 20))
        one.put(one.oval(x - 0.003, -0.01, 0.005, 0.005), (255, 255, 255))
        lid = one.oval(x, -0.014, 0.043, 0.018)
        lid.paste(0, (0, 0), one.oval(x, -0.002, 0.046, 0.02))
        one.put(lid, dark)
        lean = 0.012 if x < 0 else -0.012
        brow = [(x - 0.05, -0.052 + lean), (x, -0.068), (x + 0.05, -0.052 - lean), (x, -0.055)]
        one.put(one.cut(*brow), dark)
    shade = mix(one.skin, (90, 30, 40), 0.35)
    one.put(one.cut((0.004, -0.01), (0.036, 0.085), (0.002, 0.098)), shade)
    lips = mix(one.skin, (170, 40, 56), 0.62 if one.woman else 0.4)
    smile = one.dice.uniform(-0.004, 0.014)
    one.put(
        one.cut((-0.058, 0.145 - smile), (0.0, 0.137), (0.058, 0.145 - smile), (0.0, 0.166)), lips
    )
    if one.brief.has("eyepatch", "pirate"):
        one.put(one.oval(0.082, 0.0, 0.058, 0.045), (24, 20, 24))
        one.put(one.cut((0.04, -0.03), (-0.2, -0.13), (-0.2, -0.115), (0.05, -0.01)), (24, 20, 24))
    if one.brief.has("glasses", "scholar", "professor"):
        _glasses(one)


def _glasses(one: Figure) -> None:
    frame = Image.new("L", one.brief.size)
    for x in (-0.082, 0.082):
        frame = ImageChops.lighter(frame, one.oval(x, 0.0, 0.064, 0.056))
    for x in (-0.082, 0.082):
        frame.paste(0, (0, 0), one.oval(x, 0.0, 0.056, 0.048))
    one.put(frame, mix(one.brief.palette.tones[0], (150, 110, 60), 0.4))


def _hair_behind(one: Figure) -> None:
    if one.woman and not one.brief.has(*HOODED):
        one.shaded(one.oval(0, 0.12, 0.28, 0.4), mix(one.hair, (10, 0, 20), 0.25))
    if one.brief.has(*HOODED):
        hood = ImageChops.lighter(
            one.oval(0, 0.02, 0.31, 0.4), one.cut((-0.12, -0.3), (0.02, -0.47), (0.14, -0.3))
        )
        one.shaded(hood, mix(one.cloth, (0, 0, 0), 0.3))
        one.put(one.oval(0, 0.03, 0.245, 0.32), mix(one.cloth, (0, 0, 0), 0.72))


def _hair(one: Figure) -> None:
    if (not one.woman and one.brief.has(*BEARDED, "wizard")) or (
        not one.woman and one.dice.random() < 0.35
    ):
        _beard(one)
    if one.brief.has("bald", "skeleton", *HOODED):
        return
    cap = one.oval(0, -0.075, 0.222, 0.2)
    brow = one.dice.uniform(-0.03, 0.03)
    cap.paste(0, (0, 0), one.oval(brow, 0.06, 0.195, 0.19))
    one.shaded(cap, one.hair)
    if one.dice.random() < 0.6:
        fringe = one.cut((-0.2, -0.17), (0.14, -0.21), (0.19, -0.1), (0.02, -0.13), (-0.2, -0.02))
        one.put(fringe, mix(one.hair, (255, 240, 220), 0.1))


def _beard(one: Figure) -> None:
    long = 0.34 if one.brief.has("wizard", "dwarf", "old") else 0.12
    beard = ImageChops.lighter(
        one.oval(0, 0.14, 0.188, 0.14),
        one.cut((-0.175, 0.16), (0.175, 0.16), (0.06, 0.2 + long), (-0.05, 0.2 + long)),
    )
    beard.paste(0, (0, 0), one.oval(0, 0.005, 0.172, 0.13))
    beard.paste(0, (0, 0), one.oval(0, 0.148, 0.05, 0.017))
    one.shaded(beard, one.hair)


def _dress(one: Figure) -> None:
    accent, tones = one.brief.palette.accent, one.brief.palette.tones
    if one.brief.has(*WIZARDS):
        tall = one.cut((-0.235, -0.15), (0.235, -0.15), (0.11, -0.4), (0.16, -0.56), (-0.04, -0.45))
        one.shaded(tall, mix(one.cloth, tones[0], 0.35))
        one.shaded(one.oval(0, -0.145, 0.37, 0.05), mix(one.cloth, tones[0], 0.2))
        one.put(
            one.cut((-0.232, -0.165), (0.232, -0.165), (0.205, -0.215), (-0.205, -0.215)), accent
        )
    elif one.brief.has(*CROWNED):
        _crown(one, mix(accent, (250, 205, 90), 0.7))
    elif one.brief.has(*ARMED):
        steel = mix(tones[3], (178, 184, 196), 0.7)
        helm = one.oval(0, -0.1, 0.237, 0.235)
        helm.paste(0, (0, 0), one.cut((-0.3, -0.09), (0.3, -0.09), (0.3, 0.3), (-0.3, 0.3)))
        one.shaded(helm, steel)
        one.put(
            one.cut((-0.24, -0.12), (0.24, -0.12), (0.236, -0.075), (-0.236, -0.075)),
            mix(steel, (40, 40, 60), 0.4),
        )
        one.put(one.cut((-0.022, -0.1), (0.022, -0.1), (0.014, 0.06), (-0.014, 0.06)), steel)


def _crown(one: Figure, gold: Colour) -> None:
    tips: list[Point] = []
    for index in range(5):
        x = -0.22 + 0.11 * index
        tips += [(x, -0.36 - 0.03 * (index == 2)), (x + 0.055, -0.26)]
    one.shaded(one.cut((-0.205, -0.16), *tips[:-1], (0.205, -0.16)), gold)
    stones = _dots(one, [(-0.22 + 0.11 * i, -0.2 - 0.01 * (i == 2)) for i in range(1, 4)])
    one.put(stones, one.brief.palette.accent)


def _dots(one: Figure, places: Sequence[Point]) -> Image.Image:
    def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
        for place in places:
            x, y = one.at(*place)
            r = one.unit * 0.018
            pen.ellipse([v * k for v in (x - r, y - r, x + r, y + r)], fill=255)

    return shape(one.brief.size, draw)
