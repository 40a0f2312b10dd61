"""Puts characters before a background and moves them."""

import math
from collections.abc import Iterator

from PIL import Image, ImageChops

from providers.local.canvas import Size, blurred, curved, ellipse, filled
from providers.local.effect import toned
from providers.local.film import reading
from providers.local.palette import Palette
from providers.local.render.clip import film_of, keep, moments
from providers.local.render.move import Camera, eased, fitted
from providers.local.scene import painted
from providers.local.scene.layer import Finish
from providers.local.work import Given, Work


def fusion(work: Work) -> None:
    """The background behind, the characters before it side by side, all in the same light."""
    size, rate, count = film_of(work)
    work.at(0, "cutting out")
    references = [_seen(one) for one in work.given("references")]
    palette = work.palette(references)
    ground = _tinted(_ground(work, size, palette), palette, bool(references))
    cast = [
        _cut_out(one.picture(), size, palette, bool(references)) for one in work.given("characters")
    ]
    finish = Finish(size, work.dice("film"))
    camera, dice = Camera(work.dice("camera"), 0.1), work.dice("cast")
    phases = [dice.uniform(0, 2 * math.pi) for _ in cast]

    def frames() -> Iterator[Image.Image]:
        for part in moments(count):
            image = camera.seen(ground, eased(part)).convert("RGBA")
            for place, (one, phase) in enumerate(zip(cast, phases, strict=True)):
                image.alpha_composite(one, _place(one, size, place, len(cast), part, phase))
            yield finish.on(image.convert("RGB"))

    keep(work, frames(), size, rate, count)


def _seen(given: Given) -> Image.Image:
    """A reference as a picture: of a clip, its first frame."""
    if given.input.media.media_type == "IMAGE":
        return given.picture()
    with reading(given.file, given.input) as clip:
        return next(clip.frames())


def _ground(work: Work, size: Size, palette: Palette) -> Image.Image:
    for one in work.given("background"):
        return fitted(one.picture(), size)
    prompt = f"landscape {work.text('prompt')}"
    return painted(prompt, "portrait face character", palette, size, work.dice("ground")).frame()


def _tinted(image: Image.Image, palette: Palette, wanted: bool) -> Image.Image:
    return Image.blend(image, toned(image, palette), 0.4) if wanted else image


def _cut_out(image: Image.Image, size: Size, palette: Palette, tint: bool) -> Image.Image:
    """A character with a shadow around it; one without transparency is cut to an oval."""
    image = image.copy()
    image.thumbnail((size[0] * 2 // 5, size[1] * 4 // 5), Image.Resampling.LANCZOS)
    width, height = image.size
    mask = image.getchannel("A") if image.mode == "RGBA" else None
    if mask is None or mask.getextrema()[0] == 255:
        oval = ellipse(image.size, (width / 2, height / 2), (width * 0.46, height * 0.48))
        mask = blurred(oval, max(width / 90, 0.6))
    body = _tinted(image.convert("RGB"), palette, tint)
    spare = max(width // 10, 4)
    room = (width + spare * 2, height + spare * 2)
    wide = Image.new("L", room)
    wide.paste(mask, (spare, spare))
    shade = curved(blurred(wide, spare / 2.5), lambda v: v * 0.55)
    shade = ImageChops.offset(shade, 0, spare // 4)
    made = filled(shade, palette.tones[0])
    made.alpha_composite(filled(mask, body), (spare, spare))
    return made


def _place(
    one: Image.Image, size: Size, index: int, count: int, part: float, phase: float
) -> tuple[int, int]:
    """Where a character stands: side by side, come in from below, softly rising and falling."""
    middle = size[0] * (index + 1) / (count + 1)
    arrived = eased(min(part / 0.3, 1.0))
    bob = math.sin(part * 2 * math.pi + phase) * size[1] * 0.012
    top = (size[1] - one.height) * 0.62 + (1 - arrived) * size[1] * 0.5 + bob
    return max(round(middle - one.width / 2), 0), max(round(top), 0)
