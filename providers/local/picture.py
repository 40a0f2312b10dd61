"""Reads pictures, and writes them with the facts of their making."""

import json
from collections.abc import Mapping
from typing import IO, Any

from PIL import Image, ImageDraw, ImageFont, ImageOps, PngImagePlugin

from providers.error import Refused
from providers.value import text

PIXELS_MOST = 8192 * 8192
SIDE_MOST = 1536
CAPTION_LETTERS = 250
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError)


def opened(file: IO[bytes], parameter: str) -> Image.Image:
    """A picture upright in RGB or RGBA."""
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > PIXELS_MOST:
                raise Refused("the picture is too large", field=f"inputs.{parameter}")
            image.load()
            upright = ImageOps.exif_transpose(image)
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise Refused("the picture cannot be read", field=f"inputs.{parameter}") from error


def save(file: IO[bytes], image: Image.Image, facts: Mapping[str, Any]) -> None:
    """A PNG that says how it was made."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Software", "Pedigree")
    if prompt := text(facts.get("prompt")):
        said.add_itxt("Description", prompt)
    said.add_text("Pedigree", json.dumps(facts, sort_keys=True))
    image.save(file, "PNG", pnginfo=said, compress_level=4)


def bounded(image: Image.Image, most: int = SIDE_MOST) -> Image.Image:
    """No side longer than that."""
    if max(image.size) <= most:
        return image
    small = image.copy()
    small.thumbnail((most, most), Image.Resampling.LANCZOS)
    return small


def even(image: Image.Image) -> Image.Image:
    """With even sides, as encoders of video want them."""
    size = (max(image.width // 2 * 2, 2), max(image.height // 2 * 2, 2))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def captioned(image: Image.Image, words: str) -> Image.Image:
    """With words small at its foot, as many as there is room for."""
    side = max(min(image.size) // 32, 9)
    font = ImageFont.load_default(side)
    pen = ImageDraw.Draw(image, "RGBA")
    told = " ".join(words.split())[:CAPTION_LETTERS]
    room = image.width - side * 2
    if pen.textlength(told, font) > room:
        while told and pen.textlength(f"{told}…", font) > room:
            told = told[:-1]
        told = f"{told.rstrip()}…"
    top = image.height - side * 2
    pen.rectangle((0, top, image.width, image.height), fill=(0, 0, 0, 120))
    pen.text((side, top + side * 0.35), told, fill=(255, 255, 255, 230), font=font)
    return image
