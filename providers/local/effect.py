"""Manners of redrawing a picture, in the colours of a palette."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

from providers.local.canvas import Size, curved, noise
from providers.local.chance import chance
from providers.local.palette import Palette


def toned(image: Image.Image, palette: Palette) -> Image.Image:
    """Its light and dark, in the tones of the palette."""
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    table = [palette.at(value / 255) for value in range(256)]
    channels = [grey.point([tone[channel] for tone in table]) for channel in range(3)]
    return Image.merge("RGB", channels)


def restyled(image: Image.Image, style: str, palette: Palette) -> Image.Image:
    """A picture redrawn in a manner."""
    plain = image.convert("RGB")
    if style == "duotone":
        grey = ImageOps.autocontrast(plain.convert("L"), cutoff=1)
        return ImageOps.colorize(grey, palette.tones[0], palette.tones[4], palette.accent)
    if style == "pixel":
        return _pixels(plain, palette)
    if style == "sketch":
        return _sketch(plain, palette)
    if style == "watercolour":
        return _watercolour(plain, palette)
    return _poster(plain, palette)


def _poster(image: Image.Image, palette: Palette) -> Image.Image:
    flat = toned(_flattened(image, 90), palette)
    flat = ImageOps.posterize(flat, 3)
    mixed = Image.blend(flat, ImageOps.posterize(image, 3), 0.25)
    return ImageChops.multiply(mixed, _lines(image, 0.55))


def _flattened(image: Image.Image, grain: float) -> Image.Image:
    """Without what is smaller than a part of it. A median would look better, and takes seconds."""
    return image.filter(ImageFilter.BoxBlur(max(image.size) / grain / 2)).filter(
        ImageFilter.UnsharpMask(max(image.size) / grain, 220, 0)
    )


def _lines(image: Image.Image, strength: float) -> Image.Image:
    """Its edges, dark on white."""
    grey = image.convert("L").filter(ImageFilter.GaussianBlur(max(image.size) / 700))
    edges = curved(grey.filter(ImageFilter.FIND_EDGES), lambda v: 1 - min(v * 5, 1.0) * strength)
    # The filter leaves the border as it was.
    edges.paste(255, (0, 0, image.width, 1))
    edges.paste(255, (0, image.height - 1, image.width, image.height))
    edges.paste(255, (0, 0, 1, image.height))
    edges.paste(255, (image.width - 1, 0, image.width, image.height))
    return Image.merge("RGB", (edges,) * 3)


def _pixels(image: Image.Image, palette: Palette) -> Image.Image:
    across = 96
    small_size: Size = (across, max(round(across * image.height / image.width), 1))
    tiny = ImageOps.posterize(image.resize(small_size, Image.Resampling.BOX), 4)
    tiny = Image.blend(tiny, toned(tiny, palette), 0.45)
    return tiny.resize(image.size, Image.Resampling.NEAREST)


def _sketch(image: Image.Image, palette: Palette) -> Image.Image:
    grey = image.convert("L")
    soft = ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(max(image.size) / 60))
    # What is lighter than around it stays paper, what is darker becomes a stroke.
    dodged = ImageChops.add(grey, soft)
    strokes = curved(dodged, lambda v: 1 - (1 - v) * 3.2)
    drawn = ImageChops.multiply(strokes.convert("RGB"), _lines(image, 0.9)).convert("L")
    return ImageOps.colorize(drawn, palette.tones[0], palette.tones[4])


def _watercolour(image: Image.Image, palette: Palette) -> Image.Image:
    wash = _flattened(image, 60)
    wash = Image.blend(wash, toned(wash, palette), 0.5)
    paper = noise(chance("paper"), image.size, 40, 4)
    light = curved(paper, lambda v: 0.8 + v * 0.2)
    washed = ImageChops.multiply(wash, Image.merge("RGB", (light,) * 3))
    return Image.blend(washed, Image.new("RGB", image.size, palette.tones[4]), 0.14)
