"""Makes pictures: from words, from pictures, from clips."""

from collections.abc import Iterable
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps

from providers.error import Refused
from providers.local.canvas import covered
from providers.local.effect import toned
from providers.local.film import reading
from providers.local.picture import SIDE_MOST, bounded, captioned, save
from providers.local.scene import painted
from providers.local.scene.layer import finished
from providers.local.schema import SEED_MOST
from providers.local.work import Kept, Work

UPSCALED_MOST = 4096


def keep(work: Work, index: int, image: Image.Image, facts: dict[str, Any]) -> None:
    """Writes a picture, and hands it over."""
    made = Kept()
    save(made.file, image, facts)
    work.keep(index, "IMAGE", made)


def seeds(work: Work) -> Iterable[int]:
    """One for each picture that is asked for."""
    return ((work.seed + index) % (SEED_MOST + 1) for index in range(int(work.parameters["count"])))


def text_to_image(work: Work) -> None:
    """Pictures of what the words say."""
    size = (int(work.parameters["width"]), int(work.parameters["height"]))
    references = [one.picture() for one in work.given("styleReferences")]
    for index, seed in enumerate(seeds(work)):
        work.at(index / int(work.parameters["count"]), "painting")
        dice, palette = work.dice("scene", seed), work.palette(references, seed)
        scene = painted(work.text("prompt"), work.text("negativePrompt"), palette, size, dice)
        image = finished(scene.frame(), dice)
        if work.parameters["caption"]:
            image = captioned(image, work.text("prompt"))
        work.show(image)
        keep(work, index, image, work.facts_alone(seed))


def image_to_image(work: Work) -> None:
    """A picture drawn towards the words, as far as its strength says."""
    source = bounded(work.first("image").picture())
    plain = source.convert("RGB")
    references = [one.picture() for one in work.given("styleReferences")]
    masks = [one.picture().convert("L").resize(plain.size) for one in work.given("mask")]
    strength = float(work.parameters["strength"])
    for index, seed in enumerate(seeds(work)):
        work.at(index / int(work.parameters["count"]), "redrawing")
        image = _redrawn(work, plain, references, strength, seed)
        image = Image.composite(image, plain, masks[0]) if masks else image
        if source.mode == "RGBA":
            image.putalpha(source.getchannel("A"))
        work.show(image)
        keep(work, index, image, work.facts_alone(seed))


def _redrawn(
    work: Work, plain: Image.Image, references: list[Image.Image], strength: float, seed: int
) -> Image.Image:
    dice, palette = work.dice("scene", seed), work.palette(references, seed)
    if strength == 0:
        return plain.copy()
    scene = painted(work.text("prompt"), work.text("negativePrompt"), palette, plain.size, dice)
    drawn = scene.frame()
    base = Image.blend(toned(plain, palette), plain, 0.2)
    # What is painted shines through: its forms first, itself at full strength.
    base = Image.blend(base, ImageChops.soft_light(base, drawn), 0.7)
    base = Image.blend(base, drawn, max(strength - 0.5, 0.0) * 1.3)
    return finished(Image.blend(plain, base, min(strength * 1.5, 1.0)), dice)


def upscale(work: Work) -> None:
    """A picture larger, and sharper than by size alone."""
    image = work.first("image").picture()
    factor = int(work.parameters["factor"])
    size = (image.width * factor, image.height * factor)
    if max(size) > UPSCALED_MOST:
        told = f"it would be {size[0]} by {size[1]} pixels; {UPSCALED_MOST} are the most"
        raise Refused(told, field="inputs.image")
    work.at(0.1, "enlarging")
    large = image.resize(size, Image.Resampling.LANCZOS)
    work.at(0.5, "sharpening")
    large = large.filter(ImageFilter.UnsharpMask(radius=factor, percent=70, threshold=2))
    work.show(large)
    work.at(0.8, "writing")
    keep(work, 0, large, work.facts())


def compose(work: Work) -> None:
    """Pictures side by side."""
    images = [one.picture() for one in work.given("images")]
    bare = work.parameters["layout"] == "spriteSheet"
    cell = int(work.parameters["cell"])
    columns = int(work.parameters["columns"]) or _nearly_square(len(images))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    gap = 0 if bare else max(cell // 16, 2)
    while max(columns, rows) * (cell + gap) + gap > UPSCALED_MOST:
        cell, gap = cell // 2, gap // 2
    size = (columns * (cell + gap) + gap, rows * (cell + gap) + gap)
    ground = (0, 0, 0, 0) if bare else work.text("background")
    sheet = Image.new("RGBA", size, ground)
    for index, image in enumerate(images):
        work.at(index / len(images), "composing")
        part = ImageOps.contain(image.convert("RGBA"), (cell, cell), Image.Resampling.LANCZOS)
        if not bare:
            part = covered(image.convert("RGBA"), (cell, cell))
        row, column = divmod(index, columns)
        left = gap + column * (cell + gap) + (cell - part.width) // 2
        top = gap + row * (cell + gap) + (cell - part.height) // 2
        sheet.alpha_composite(part, (left, top))
    made = sheet if bare else sheet.convert("RGB")
    work.show(made)
    keep(work, 0, made, work.facts())


def _nearly_square(count: int) -> int:
    return next(side for side in range(1, count + 1) if side * side >= count)


TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def derive(work: Work) -> None:
    """A picture turned, mirrored, greyed, cut."""
    image = work.first("image").picture()
    work.at(0.2, "changing")
    turn = TURNS.get(int(work.parameters["turn"]))
    image = image if turn is None else image.transpose(turn)
    if work.parameters["mirror"]:
        image = ImageOps.mirror(image)
    if work.parameters["grey"]:
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        image = image.convert("L").convert(image.mode)
        if alpha is not None:
            image.putalpha(alpha)
    if work.parameters["square"]:
        image = covered(image, (min(image.size),) * 2)
    keep(work, 0, bounded(image, SIDE_MOST), work.facts())


def frame_extract(work: Work) -> None:
    """One frame of a clip."""
    given = work.first("video")
    number, seconds = given.input.frame, given.input.start_seconds
    work.at(0.1, "seeking")
    with reading(given.file, given.input) as clip:
        # Half a frame of leeway, as the times of frames are rounded.
        leeway = float(1 / clip.rate) / 2

        def wanted(index: int, moment: float) -> bool:
            if index % 30 == 0:
                work.at(0.1, "seeking")
            if number is not None:
                return index == number
            return seconds is None or moment >= seconds - leeway

        image = clip.frame(wanted)
    if image is None:
        raise Refused("the clip ends before that frame", field="inputs.video")
    work.show(image)
    keep(work, 0, image, work.facts())
