from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from media.errors import Bomb, Damaged, NotMedia
from media.thumbnail import make_thumbnail
from tests.media import samples

pytestmark = pytest.mark.anyio


async def thumbnail(folder: Path, data: bytes, pixels_max: int = samples.PIXELS_MAX) -> Image.Image:
    path = folder / "file"
    path.write_bytes(data)
    webp = await make_thumbnail(path, pixels_max)
    assert webp is not None
    image = Image.open(BytesIO(webp))
    assert image.format == "WEBP"
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((800, 600), (320, 240)),
        ((600, 800), (240, 320)),
        ((100, 50), (100, 50)),
        ((2000, 2), (320, 1)),
    ],
)
async def test_fits_and_never_grows(
    tmp_path: Path, size: tuple[int, int], small: tuple[int, int]
) -> None:
    assert (await thumbnail(tmp_path, samples.picture("PNG", size))).size == small


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"])
async def test_every_kind_of_image(tmp_path: Path, kind: str) -> None:
    assert (await thumbnail(tmp_path, samples.picture(kind, (400, 300)))).size == (320, 240)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
async def test_every_mode(tmp_path: Path, mode: str) -> None:
    data = samples.encode(Image.new(mode, (40, 30)), "TIFF" if mode == "CMYK" else "PNG")
    assert (await thumbnail(tmp_path, data)).size == (40, 30)


async def test_deep_grey_keeps_its_brightness(tmp_path: Path) -> None:
    image = await thumbnail(tmp_path, samples.encode(Image.new("I;16", (40, 30), 0x8000), "PNG"))
    assert image.convert("L").getpixel((20, 15)) == pytest.approx(0x80, abs=3)


async def test_keeps_transparency(tmp_path: Path) -> None:
    whole = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    whole.paste((0, 255, 0, 255), (0, 0, 200, 400))
    image = await thumbnail(tmp_path, samples.encode(whole, "PNG"))
    assert image.mode == "RGBA"
    assert (alpha(image, (40, 160)), alpha(image, (280, 160))) == (255, 0)


async def test_turns_as_the_camera_says(tmp_path: Path) -> None:
    whole = Image.new("RGB", (400, 200), (220, 20, 20))
    whole.paste((20, 20, 220), (200, 0, 400, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise, so left becomes top
    image = await thumbnail(tmp_path, samples.encode(whole, "JPEG", exif=exif))
    assert image.size == (160, 320)
    assert (main_colour(image, (80, 40)), main_colour(image, (80, 280))) == ("red", "blue")


async def test_a_video_shows_an_early_picture(tmp_path: Path, mp4: bytes, webm: bytes) -> None:
    for clip in (mp4, webm):
        image = await thumbnail(tmp_path, clip)
        assert image.size == (64, 48)
        assert main_colour(image, (32, 24)) == "red"


async def test_a_video_is_not_shown_by_its_first_frame(tmp_path: Path) -> None:
    # Thirty seconds: ten percent is later than the one second allowed, red ends at half a second.
    path = tmp_path / "clip.mp4"
    samples.clip(path, frames=300, red_frames=5, with_sound=False)
    assert main_colour(await thumbnail(tmp_path, path.read_bytes()), (32, 24)) == "blue"


async def test_a_late_picture_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    samples.clip(path, frames=300, red_frames=15, with_sound=False)
    assert main_colour(await thumbnail(tmp_path, path.read_bytes()), (32, 24)) == "red"


async def test_turns_a_video_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    samples.clip(path, rotation=90, split=True, with_sound=False)
    image = await thumbnail(tmp_path, path.read_bytes())
    assert image.size == (48, 64)
    # Counter-clockwise: what was right is now on top.
    assert (main_colour(image, (24, 10)), main_colour(image, (24, 54))) == ("blue", "red")


async def test_sound_has_none(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp3"
    samples.sound(path)
    assert await make_thumbnail(path, samples.PIXELS_MAX) is None


async def test_refusals(tmp_path: Path, mp4: bytes) -> None:
    with pytest.raises(NotMedia):
        await thumbnail(tmp_path, b"<svg/>")
    with pytest.raises(Damaged):
        await thumbnail(tmp_path, samples.picture("PNG")[:500])
    with pytest.raises(Damaged):
        await thumbnail(tmp_path, mp4[:500])
    with pytest.raises(Bomb):
        await thumbnail(tmp_path, samples.png_claiming(60_000, 60_000))
    with pytest.raises(Bomb):
        await thumbnail(tmp_path, mp4, 100)


def main_colour(image: Image.Image, at: tuple[int, int]) -> str:
    pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return "red" if pixel[0] > pixel[2] else "blue"


def alpha(image: Image.Image, at: tuple[int, int]) -> int:
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return int(pixel[3])
