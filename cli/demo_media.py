"""Pictures, clips and a sound for the demonstration: drawn, not fetched, the same every time."""

import io
import math
import random
from array import array
from fractions import Fraction

import av
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageFilter

SIZE = (640, 400)
RATE = 24
SOUND_RATE = 44_100
PALETTES = (
    ((24, 32, 68), (214, 116, 78), (250, 206, 120)),
    ((12, 40, 48), (70, 140, 130), (220, 230, 190)),
    ((48, 18, 52), (170, 60, 92), (250, 180, 140)),
    ((20, 24, 32), (86, 96, 120), (206, 210, 224)),
)
MOTIFS = ("knight", "gate", "tavern", "bartender", "lantern", "plain")


def picture(seed: int, motif: str, *, size: tuple[int, int] = SIZE, style: int = 0) -> Image.Image:
    """A landscape in dusk colours with a silhouette in it."""
    dice = random.Random(seed)  # noqa: S311  a drawing, not a secret
    dark, middle, light = PALETTES[style % len(PALETTES)]
    image = _sky(size, dark, light)
    draw = ImageDraw.Draw(image)
    width, height = size
    sun = (width * dice.uniform(0.2, 0.8), height * dice.uniform(0.25, 0.45), height * 0.09)
    draw.ellipse(_around(*sun), fill=light)
    for layer in range(3):
        _hills(draw, dice, size, 0.55 + 0.12 * layer, _mix(middle, dark, layer / 2.5))
    _silhouette(draw, motif, size, _mix(dark, (0, 0, 0), 0.45), light)
    return image


def _sky(size: tuple[int, int], top: tuple[int, ...], bottom: tuple[int, ...]) -> Image.Image:
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        column.putpixel((0, y), _mix(top, bottom, y / size[1]))
    return column.resize(size)


def _mix(one: tuple[int, ...], two: tuple[int, ...], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius, x + radius, y + radius


def _hills(
    draw: ImageDraw.ImageDraw,
    dice: random.Random,
    size: tuple[int, int],
    level: float,
    colour: tuple[int, int, int],
) -> None:
    width, height = size
    waves = [(dice.uniform(1, 4), dice.uniform(0, 6.3), dice.uniform(0.02, 0.06)) for _ in range(3)]
    line = [
        (x, height * (level + sum(a * math.sin(f * x / width * 6.3 + p) for f, p, a in waves)))
        for x in range(0, width + 8, 8)
    ]
    draw.polygon([(0, height), *line, (width, height)], fill=colour)


def _silhouette(
    draw: ImageDraw.ImageDraw,
    motif: str,
    size: tuple[int, int],
    dark: tuple[int, int, int],
    light: tuple[int, ...],
) -> None:
    width, height = size
    x, ground, unit = width * 0.5, height * 0.92, height * 0.09
    if motif in {"knight", "bartender"}:
        draw.ellipse(_around(x, ground - 5.2 * unit, 0.62 * unit), fill=dark)
        body = [(-0.9, 0), (-1.15, -3.2), (-0.7, -4.5), (0.7, -4.5), (1.15, -3.2), (0.9, 0)]
        draw.polygon([(x + a * unit, ground + b * unit) for a, b in body], fill=dark)
    if motif == "knight":
        draw.line((x + 1.6 * unit, ground, x + 1.6 * unit, ground - 6.4 * unit), dark, 5)
        draw.ellipse(_around(x - 1.1 * unit, ground - 2.4 * unit, unit), fill=dark, outline=light)
    if motif == "bartender":
        draw.rectangle((x - 4 * unit, ground - 1.6 * unit, x + 4 * unit, ground), fill=dark)
        draw.rectangle(_around(x + 2.2 * unit, ground - 2 * unit, 0.4 * unit), fill=light)
    if motif == "gate":
        draw.rectangle((x - 4 * unit, ground - 5 * unit, x + 4 * unit, ground), fill=dark)
        for step in (-4, -2, 0, 2):
            left = x + step * unit + 0.3 * unit
            draw.rectangle((left, ground - 5.8 * unit, left + unit, ground - 5 * unit), fill=dark)
        draw.rounded_rectangle(
            (x - 1.3 * unit, ground - 3.4 * unit, x + 1.3 * unit, ground), unit, fill=light
        )
    if motif == "tavern":
        draw.rectangle((x - 3 * unit, ground - 2.6 * unit, x + 3 * unit, ground), fill=dark)
        roof = [(-3.6, -2.6), (0, -5), (3.6, -2.6)]
        draw.polygon([(x + a * unit, ground + b * unit) for a, b in roof], fill=dark)
        for side in (-1.8, 0.8):
            left = x + side * unit
            draw.rectangle((left, ground - 1.9 * unit, left + unit, ground - unit), fill=light)
    if motif == "lantern":
        draw.line((x, 0, x, ground - 4 * unit), dark, 4)
        draw.ellipse(_around(x, ground - 3.3 * unit, unit), fill=light, outline=dark, width=6)


def mask(size: tuple[int, int] = SIZE) -> Image.Image:
    """White where something may change."""
    image = Image.new("L", size, 0)
    box = (size[0] * 0.35, size[1] * 0.2, size[0] * 0.65, size[1] * 0.95)
    ImageDraw.Draw(image).ellipse(box, fill=255)
    return image.filter(ImageFilter.GaussianBlur(12)).convert("RGB")


def sheet(pictures: list[Image.Image], columns: int = 2) -> Image.Image:
    """Pictures side by side, as a sprite sheet has them."""
    cell = (SIZE[0] // 2, SIZE[1] // 2)
    rows = math.ceil(len(pictures) / columns)
    whole = Image.new("RGB", (cell[0] * columns, cell[1] * rows))
    for index, one in enumerate(pictures):
        place = (index % columns * cell[0], index // columns * cell[1])
        whole.paste(one.resize(cell), place)
    return whole


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def clip(stills: list[Image.Image], seconds: float = 1.5) -> bytes:
    """A clip that moves slowly over its stills and fades from one to the next."""
    out = io.BytesIO()
    frames = round(RATE * seconds)
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "28", "threads": "1"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 200, "yuv420p"
        for index in range(frames):
            image = _frame(stills, index / max(frames - 1, 1))
            frame: av.VideoFrame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _frame(stills: list[Image.Image], position: float) -> Image.Image:
    at = position * (len(stills) - 1)
    first = min(int(at), len(stills) - 1)
    image = stills[first]
    if first + 1 < len(stills):
        image = Image.blend(image, stills[first + 1], at - first)
    zoom = round(30 * position)
    return image.crop((zoom, zoom, SIZE[0] - zoom, SIZE[1] - zoom)).resize((320, 200))


def tune(seconds: float = 1.0) -> bytes:
    """A short sound."""
    out = io.BytesIO()
    count = round(SOUND_RATE * seconds)
    wave = array("h", (round(8000 * math.sin(n * n / 90_000)) for n in range(count)))
    with av.open(out, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=SOUND_RATE, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(wave.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, 0, Fraction(1, SOUND_RATE)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
