"""Colours that words call for, or that another picture has."""

import colorsys
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PIL import Image

Colour = tuple[int, int, int]
WORD = re.compile(r"[a-z]+")

# The words, and tones from dark to light, then what stands out. A time goes before a place.
MOODS: tuple[tuple[str, str], ...] = (
    ("sunset dusk evening golden amber", "2b1638 7a2f55 d9644f f7a65a fde3a7 ff5d3b"),
    ("night midnight moon moonlit dark stars starry", "070b1f 16214a 2f4380 6d84bd cfdcf5 f6e9b2"),
    ("dawn morning sunrise mist misty fog", "33355c 6f6a92 c493a1 f3c3a4 fff0d6 ff9d6f"),
    ("winter snow snowy ice icy frozen frost", "1d3046 46688a 8fb2cc cfe3ef ffffff e0637c"),
    ("autumn fall harvest leaves pumpkin", "2c1a1d 6e2f25 b8572b e39a3f f8e2ad 8c1c2b"),
    ("spring flower flowers garden blossom meadow", "27443f 4d8568 9cc48a f4c9cf fff7ea ef5d8f"),
    ("neon cyber cyberpunk city street robot", "0c0a20 29175a 6b22a0 e0359a 8af3ff 2ef2c8"),
    ("fire lava volcano dragon flame ember hell", "170a10 4d121a a62a1d ee6a24 ffd27a ffe9a8"),
    ("ghost undead skeleton vampire witch haunted", "0d1413 2a3a3b 53706a 9fb89a e4efd8 a23bd1"),
    ("space galaxy nebula cosmic cosmos planet", "060516 25124d 5c2a8a c154a4 ffd4e8 63e0ff"),
    ("tavern inn wood wooden bartender ale candle", "1e120d 4a2a1a 8d5430 cf9350 fbe3b0 d8432f"),
    ("king queen royal crown baron noble castle", "1b1533 40306b 7d5aa0 d2a85f f8ecca c3243f"),
    ("desert sand dune dunes canyon pyramid", "4a2423 95513a d58f57 f0c78c fdf0d2 2f8a92"),
    ("sea ocean underwater water lake river wave", "07243d 0f4f72 2391a5 85cfc4 eefaf0 ff8d6b"),
    ("forest woods jungle moss tree trees druid elf", "0d2420 1f4d3a 4b8456 a4c178 eef0c4 f2b84b"),
)
HUES = {
    "red": 0.99,
    "crimson": 0.965,
    "scarlet": 0.01,
    "orange": 0.075,
    "gold": 0.12,
    "yellow": 0.15,
    "green": 0.37,
    "emerald": 0.41,
    "teal": 0.49,
    "turquoise": 0.48,
    "cyan": 0.52,
    "blue": 0.61,
    "indigo": 0.69,
    "purple": 0.76,
    "violet": 0.76,
    "magenta": 0.86,
    "pink": 0.93,
}


@dataclass(frozen=True)
class Palette:
    """Five tones from dark to light, and an accent."""

    tones: tuple[Colour, Colour, Colour, Colour, Colour]
    accent: Colour

    def at(self, part: float) -> Colour:
        """The tone at a part of the way from dark to light."""
        place = min(max(part, 0.0), 1.0) * (len(self.tones) - 1)
        first = min(int(place), len(self.tones) - 2)
        return mix(self.tones[first], self.tones[first + 1], place - first)


def words_of(*texts: str) -> tuple[str, ...]:
    """The words of a text, small, in their order."""
    return tuple(word for text in texts for word in WORD.findall(text.lower()))


def mix(one: Colour, other: Colour, part: float) -> Colour:
    r, g, b = (round(a + (z - a) * part) for a, z in zip(one, other, strict=True))
    return r, g, b


def hsv(hue: float, saturation: float, value: float) -> Colour:
    r, g, b = (round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1, saturation, value))
    return r, g, b


def of_words(words: Iterable[str], dice: random.Random) -> Palette:
    """What the words call for; where they call for nothing, what chance gives."""
    known = tuple(words)
    mood = next((tones for names, tones in MOODS if set(names.split()) & set(known)), None)
    palette = _read(mood) if mood else _harmony(dice)
    hue = next((HUES[word] for word in known if word in HUES), None)
    return palette if hue is None else _coloured(palette, hue)


def of_pictures(images: Iterable[Image.Image], otherwise: Palette) -> Palette:
    """The colours that pictures have, by their lightness; the most vivid one stands out."""
    found = [colour for image in images for colour in _main_colours(image)]
    if not found:
        return otherwise
    found.sort(key=_lightness)
    last = len(found) - 1
    dark, low, middle, high, light = (found[round(last * part / 4)] for part in range(5))
    vivid = max(found, key=lambda colour: max(colour) - min(colour))
    tones = (mix(dark, (0, 0, 0), 0.25), low, middle, high, mix(light, (255, 255, 255), 0.2))
    return Palette(tones, vivid)


def _main_colours(image: Image.Image) -> list[Colour]:
    small = image.convert("RGB")
    small.thumbnail((96, 96))
    counted = small.quantize(8, Image.Quantize.MEDIANCUT).convert("RGB").getcolors(96 * 96) or []
    return [(c[0], c[1], c[2]) for _, c in sorted(counted, reverse=True) if isinstance(c, tuple)]


def _lightness(colour: Colour) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def _read(text: str) -> Palette:
    a, b, c, d, e, accent = (_hex(part) for part in text.split())
    return Palette((a, b, c, d, e), accent)


def _hex(text: str) -> Colour:
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _harmony(dice: random.Random) -> Palette:
    hue = dice.random()
    step = dice.choice((0.06, 0.09, -0.06, -0.09))
    a, b, c, d, e = (
        hsv(hue + step * place, saturation, value)
        for place, (saturation, value) in enumerate(
            ((0.7, 0.16), (0.6, 0.36), (0.52, 0.62), (0.38, 0.88), (0.13, 0.99))
        )
    )
    return Palette((a, b, c, d, e), hsv(hue + 0.46, 0.6, 0.92))


def _coloured(palette: Palette, hue: float) -> Palette:
    """The same light and dark, drawn towards a hue."""
    shades = ((0.75, 0.2), (0.7, 0.42), (0.6, 0.7), (0.4, 0.92), (0.12, 1.0))
    a, b, c, d, e = (
        mix(tone, hsv(hue, saturation, value), 0.62)
        for tone, (saturation, value) in zip(palette.tones, shades, strict=True)
    )
    return replace(palette, tones=(a, b, c, d, e), accent=hsv(hue, 0.85, 0.92))
