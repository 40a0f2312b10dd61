import hashlib
import zlib
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint
from PIL import Image

from media.errors import Bomb, Damaged, MediaError, NotMedia, TooSlow
from media.intake import Received
from media.probe import Facts, probe
from tests.media import samples

pytestmark = pytest.mark.anyio

MIB = 1 << 20


async def probed(path: Path, pixels_max: int = samples.PIXELS_MAX, seconds: float = 30) -> Facts:
    return await probe(as_received(path), pixels_max, seconds)


def as_received(path: Path) -> Received:
    data = path.read_bytes()
    return Received(path, hashlib.sha256(data).hexdigest(), len(data))


async def probed_bytes(folder: Path, data: bytes, pixels_max: int = samples.PIXELS_MAX) -> Facts:
    path = folder / "file"
    path.write_bytes(data)
    return await probed(path, pixels_max)


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("AVIF", "image/avif"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
    ],
)
async def test_images(tmp_path: Path, kind: str, mime: str) -> None:
    data = samples.picture(kind)
    facts = await probed_bytes(tmp_path, data)
    assert (facts.media_type, facts.mime) == ("IMAGE", mime)
    assert (facts.width, facts.height) == (64, 48)
    assert (facts.duration, facts.frame_rate) == (None, None)
    assert (facts.sha256, facts.size) == (hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
async def test_animations_are_images_that_last(tmp_path: Path, kind: str) -> None:
    facts = await probed_bytes(tmp_path, samples.animation(kind))
    assert facts.media_type == "IMAGE"
    assert facts.duration == pytest.approx(0.5)
    assert facts.frame_rate == pytest.approx(10)


async def test_pages_are_no_animation(tmp_path: Path) -> None:
    pages = samples.picture("TIFF", save_all=True, append_images=[samples.noise()])
    assert (await probed_bytes(tmp_path, pages)).duration is None


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (64, 48)), (3, (64, 48)), (6, (48, 64)), (8, (48, 64))]
)
async def test_size_is_as_shown(tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    facts = await probed_bytes(tmp_path, samples.picture("JPEG", exif=exif))
    assert (facts.width, facts.height) == size


@pytest.mark.parametrize(
    ("suffix", "mime"),
    [
        (".mp4", "video/mp4"),
        (".mov", "video/quicktime"),
        (".webm", "video/webm"),
        (".mkv", "video/x-matroska"),
    ],
)
async def test_videos(tmp_path: Path, suffix: str, mime: str) -> None:
    path = tmp_path / f"clip{suffix}"
    samples.clip(path)
    facts = await probed(path)
    assert (facts.media_type, facts.mime) == ("VIDEO", mime)
    assert (facts.width, facts.height) == (64, 48)
    assert facts.duration == pytest.approx(2.0, abs=0.05)
    assert facts.frame_rate == pytest.approx(10)


@pytest.mark.parametrize("movflags", ["faststart", "frag_keyframe+empty_moov"])
async def test_other_layouts_of_mp4(tmp_path: Path, movflags: str) -> None:
    path = tmp_path / "clip.mp4"
    samples.clip(path, options={"movflags": movflags})
    assert (await probed(path)).duration == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize(("rotation", "size"), [(90, (48, 64)), (-90, (48, 64)), (180, (64, 48))])
async def test_video_size_is_as_shown(tmp_path: Path, rotation: int, size: tuple[int, int]) -> None:
    path = tmp_path / "clip.mp4"
    samples.clip(path, rotation=rotation, with_sound=False)
    facts = await probed(path)
    assert (facts.width, facts.height) == size


@pytest.mark.parametrize(
    ("suffix", "mime"),
    [
        (".mp3", "audio/mpeg"),
        (".wav", "audio/wav"),
        (".flac", "audio/flac"),
        (".ogg", "audio/ogg"),
        (".opus", "audio/ogg"),
        (".m4a", "audio/mp4"),
        (".webm", "audio/webm"),
        (".mkv", "audio/x-matroska"),
    ],
)
async def test_sounds(tmp_path: Path, suffix: str, mime: str) -> None:
    path = tmp_path / f"sound{suffix}"
    samples.sound(path)
    facts = await probed(path)
    assert (facts.media_type, facts.mime) == ("AUDIO", mime)
    assert (facts.width, facts.height, facts.frame_rate) == (None, None, None)
    assert facts.duration == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("container", ["wav", "flac", "mp3", "webm", "ogg"])
async def test_what_was_written_to_a_pipe_is_whole(tmp_path: Path, container: str) -> None:
    facts = await probed_bytes(tmp_path, samples.piped_sound(container))
    assert facts.duration == pytest.approx(1.0, abs=0.1)


async def test_the_name_says_nothing(tmp_path: Path, mp4: bytes) -> None:
    path = tmp_path / "song.png"
    path.write_bytes(mp4)
    assert (await probed(path)).mime == "video/mp4"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just words",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
        b"<html><script>alert(1)</script></html>",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
    ],
)
async def test_what_is_no_media(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(NotMedia) as refusal:
        await probed(path)
    assert refusal.value.reason == "not_media"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"])
async def test_a_cut_image_is_refused_wherever_cut(tmp_path: Path, kind: str) -> None:
    await assert_cuts_refused(tmp_path, samples.picture(kind))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
async def test_a_cut_animation_is_refused_wherever_cut(tmp_path: Path, kind: str) -> None:
    await assert_cuts_refused(tmp_path, samples.animation(kind))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".mkv"])
async def test_a_cut_video_is_refused_wherever_cut(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    samples.clip(path)
    await assert_cuts_refused(tmp_path, path.read_bytes())


async def test_a_cut_video_that_begins_with_its_index(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    samples.clip(path, options={"movflags": "faststart"})
    await assert_cuts_refused(tmp_path, path.read_bytes())


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".m4a"])
async def test_a_cut_sound_is_refused_wherever_cut(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sound{suffix}"
    samples.sound(path)
    await assert_cuts_refused(tmp_path, path.read_bytes())


async def test_an_mp3_that_states_its_length_is_refused_when_shorter(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp3"
    samples.sound(path)
    data = path.read_bytes()
    with pytest.raises(Damaged):
        await probed_bytes(tmp_path, data[: len(data) // 2])


async def assert_cuts_refused(folder: Path, data: bytes) -> None:
    parts = [len(data) * part // 12 for part in range(1, 12)]
    for cut in [20, *parts, len(data) - 1]:
        with pytest.raises(Damaged) as refusal:
            await probed_bytes(folder, data[:cut])
        assert refusal.value.reason == "damaged"


async def test_flipped_bits_are_noticed(tmp_path: Path) -> None:
    data = bytearray(samples.picture("PNG"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(Damaged):
        await probed_bytes(tmp_path, bytes(data))


async def test_a_warning_is_a_refusal(tmp_path: Path) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\xff\xff"
    with pytest.raises(Damaged):
        await probed_bytes(tmp_path, samples.picture("JPEG", exif=exif))


async def test_a_header_that_claims_too_many_pixels(tmp_path: Path) -> None:
    with pytest.raises(Bomb) as refusal:
        await probed_bytes(tmp_path, samples.png_claiming(60_000, 60_000))
    assert refusal.value.reason == "decompression_bomb"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"])
async def test_the_pixel_limit_is_exact(tmp_path: Path, kind: str) -> None:
    data = samples.picture(kind)
    assert (await probed_bytes(tmp_path, data, 64 * 48)).width == 64
    with pytest.raises(Bomb):
        await probed_bytes(tmp_path, data, 64 * 48 - 1)


async def test_a_frame_that_outgrows_its_animation(tmp_path: Path) -> None:
    data = bytearray(samples.animation("GIF"))
    descriptor = data.rindex(b"\x2c\0\0\0\0\x40\0\x30\0")
    data[descriptor + 5 : descriptor + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(Bomb):
        await probed_bytes(tmp_path, bytes(data))


@pytest.mark.parametrize("name", ["mp4", "webm"])
async def test_videos_have_the_pixel_limit_too(
    tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    data: bytes = request.getfixturevalue(name)
    assert (await probed_bytes(tmp_path, data, 64 * 48)).width == 64
    with pytest.raises(Bomb):
        await probed_bytes(tmp_path, data, 64 * 48 - 1)


@pytest.mark.parametrize("chunk", [b"zTXt", b"iTXt"])
async def test_text_that_unpacks_without_end(tmp_path: Path, chunk: bytes) -> None:
    packed = zlib.compress(b"\0" * 64 * MIB, 9)
    head = b"prompt\0\0" if chunk == b"zTXt" else b"prompt\0\1\0\0\0"
    bomb = samples.png_with(samples.png_chunk(chunk, head + packed))
    assert len(bomb) < MIB
    with pytest.raises(Bomb):
        await probed_bytes(tmp_path, bomb)


async def test_long_text_that_is_no_bomb(tmp_path: Path) -> None:
    packed = zlib.compress(b"{" + b" " * 8 * MIB + b"}", 9)
    image = samples.png_with(samples.png_chunk(b"zTXt", b"prompt\0\0" + packed))
    assert (await probed_bytes(tmp_path, image)).width == 64


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
async def test_reading_has_a_time_limit(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "long"
    path.write_bytes(samples.animation(kind))
    with pytest.raises(TooSlow) as refusal:
        await probed(path, seconds=0)
    assert refusal.value.reason == "too_slow"


async def test_reading_a_video_has_a_time_limit(tmp_path: Path, mp4: bytes) -> None:
    path = tmp_path / "long"
    path.write_bytes(mp4)
    with pytest.raises(TooSlow):
        await probed(path, seconds=0)


async def test_a_song_with_a_cover_is_a_sound(tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    samples.sound(path)
    path.write_bytes(samples.with_cover(path.read_bytes()))
    facts = await probed(path)
    assert (facts.media_type, facts.width) == ("AUDIO", None)


async def test_a_file_that_vanished_is_no_refusal(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await probe(Received(tmp_path / "gone", "0" * 64, 1), samples.PIXELS_MAX)


async def test_no_bytes_make_it_fail_otherwise(tmp_path: Path, mp4: bytes) -> None:
    starts = [samples.picture("PNG")[:40], samples.animation("GIF")[:60], mp4[:60], b"fLaC", b"OggS",
              b"ID3\x04\0\0\0\0\0\0", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"\x1aE\xdf\xa3", b"BM", b"II*\0",
              b"\0\0\0\x18ftypavif"]  # fmt: skip
    for start in starts:
        for filler in (b"\0" * 500, b"\xff" * 500, bytes(range(256)) * 2):
            with pytest.raises(MediaError):
                await probed_bytes(tmp_path, start + filler)


async def test_the_event_loop_goes_on_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(samples.picture("PNG", (1500, 1500)))
    received, rounds, is_done = as_received(path), 0, False

    async def work() -> None:
        nonlocal is_done
        await probe(received, samples.PIXELS_MAX)
        is_done = True

    async with anyio.create_task_group() as group:
        group.start_soon(work)
        while not is_done:
            rounds += 1
            await checkpoint()
    assert rounds > 20
