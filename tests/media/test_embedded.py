import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from media.embedded import Embedded, _parse, read_embedded
from tests.media import samples

pytestmark = pytest.mark.anyio

PROMPT: dict[str, Any] = {"3": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["4", 0]}}}
WORKFLOW: dict[str, Any] = {"nodes": [{"id": 3, "title": "größer"}], "links": []}
BOTH = Embedded(PROMPT, WORKFLOW)
TAGS = {"prompt": json.dumps(PROMPT), "workflow": json.dumps(WORKFLOW)}


async def embedded(path: Path) -> Embedded:
    return await read_embedded(path, samples.PIXELS_MAX)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def png(*texts: tuple[str, str], compress: bool = False) -> bytes:
    info = PngInfo()
    for key, text in texts:
        info.add_text(key, text, zip=compress)
    return samples.picture("PNG", pnginfo=info)


@pytest.mark.parametrize("compress", [False, True])
async def test_png_text(tmp_path: Path, compress: bool) -> None:
    data = png(*TAGS.items(), compress=compress)
    assert (b"zTXt" if compress else b"tEXt") in data
    assert await embedded(written(tmp_path / "a.png", data)) == BOTH


@pytest.mark.parametrize("compress", [False, True])
async def test_png_international_text(tmp_path: Path, compress: bool) -> None:
    info = PngInfo()
    for key, value in (("prompt", PROMPT), ("workflow", WORKFLOW)):
        info.add_itxt(key, json.dumps(value, ensure_ascii=False), "de", key, zip=compress)
    assert await embedded(written(tmp_path / "a.png", samples.picture("PNG", pnginfo=info))) == BOTH


async def test_png_text_in_utf_8_where_latin_1_belongs(tmp_path: Path) -> None:
    text = json.dumps(WORKFLOW, ensure_ascii=False).encode()
    data = samples.png_with(samples.png_chunk(b"tEXt", b"workflow\0" + text))
    assert await embedded(written(tmp_path / "a.png", data)) == Embedded(None, WORKFLOW)


async def test_animated_png(tmp_path: Path) -> None:
    info = PngInfo()
    for key, text in TAGS.items():
        info.add(b"comf", key.encode() + b"\0" + text.encode(), after_idat=True)
    data = samples.picture("PNG", save_all=True, append_images=[samples.noise()], pnginfo=info)
    assert data.index(b"comf") > data.index(b"IDAT")
    assert await embedded(written(tmp_path / "a.png", data)) == BOTH


@pytest.mark.parametrize("is_animated", [False, True])
async def test_webp(tmp_path: Path, is_animated: bool) -> None:
    exif = Image.Exif()
    exif[0x0110] = "prompt:" + TAGS["prompt"]
    exif[0x010F] = "extra:" + json.dumps({"other": 1})
    exif[0x010E] = "workflow:" + TAGS["workflow"]
    more: dict[str, Any] = (
        {"save_all": True, "append_images": [samples.noise()]} if is_animated else {}
    )
    data = samples.picture("WEBP", exif=exif, **more)
    assert await embedded(written(tmp_path / "a.webp", data)) == BOTH


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".mkv"])
async def test_videos(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    samples.clip(path, tags=TAGS)
    assert await embedded(path) == BOTH


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".opus", ".ogg"])
async def test_sounds(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sound{suffix}"
    samples.sound(path, tags=TAGS)
    assert await embedded(path) == BOTH


async def test_a_prompt_may_stand_alone(tmp_path: Path) -> None:
    data = png(("prompt", TAGS["prompt"]), ("parameters", "steps: 20"))
    assert await embedded(written(tmp_path / "a.png", data)) == Embedded(PROMPT, None)


async def test_nothing_is_nothing(tmp_path: Path, mp4: bytes) -> None:
    for data in (
        samples.picture("PNG"),
        samples.picture("WEBP"),
        samples.picture("GIF"),
        mp4,
        b"",
        b"?",
    ):
        assert await embedded(written(tmp_path / "file", data)) == Embedded()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"words"', "[" * 100_000, '{"a":' * 100_000, '{"a": "\\ud800"}',
     '{"a": ' + "9" * 5000 + "}"],
)  # fmt: skip
async def test_odd_json_counts_as_absent(tmp_path: Path, text: str) -> None:
    data = png(("prompt", text), ("workflow", TAGS["workflow"]))
    assert await embedded(written(tmp_path / "a.png", data)) == Embedded(None, WORKFLOW)


async def test_numbers_that_are_none_become_null(tmp_path: Path) -> None:
    data = png(("prompt", '{"is_changed": [NaN, Infinity]}'))
    assert await embedded(written(tmp_path / "a.png", data)) == Embedded(
        {"is_changed": [None, None]}
    )


async def test_a_second_text_of_the_same_name_does_not_replace_the_first(tmp_path: Path) -> None:
    data = png(("prompt", TAGS["prompt"]), ("prompt", '{"forged": 1}'))
    assert await embedded(written(tmp_path / "a.png", data)) == Embedded(PROMPT)


async def test_a_bomb_counts_as_absent(tmp_path: Path) -> None:
    packed = zlib.compress(b'{"a": "' + b"x" * (64 << 20) + b'"}', 9)
    data = samples.png_with(samples.png_chunk(b"zTXt", b"prompt\0\0" + packed))
    assert await embedded(written(tmp_path / "a.png", data)) == Embedded()


async def test_broken_compression_counts_as_absent(tmp_path: Path) -> None:
    data = samples.png_with(samples.png_chunk(b"zTXt", b"prompt\0\0not zlib"))
    assert await embedded(written(tmp_path / "a.png", data)) == Embedded()


async def test_broken_exif_counts_as_absent(tmp_path: Path) -> None:
    for exif in (b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"Exif\0\0MM\0*\xff\xff\xff\xff"):
        assert (
            await embedded(written(tmp_path / "a.webp", samples.picture("WEBP", exif=exif)))
            == Embedded()
        )


async def test_a_cut_file_never_raises(tmp_path: Path, mp4: bytes) -> None:
    path = tmp_path / "clip.mp4"
    samples.clip(path, tags=TAGS)
    exif = Image.Exif()
    exif[0x0110] = "prompt:" + TAGS["prompt"]
    wholes = (path.read_bytes(), png(*TAGS.items()), samples.picture("WEBP", exif=exif))
    for whole in wholes:
        for part in range(20):
            found = await embedded(written(tmp_path / "cut", whole[: len(whole) * part // 20]))
            assert found.prompt in (None, PROMPT)


@given(st.text())
def test_any_text_is_a_map_or_absent(text: str) -> None:
    value = _parse(text)
    assert value is None or isinstance(value, dict)


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8")), st.integers() | st.booleans() | st.none()
    )
)
def test_every_map_is_read_back(value: dict[str, Any]) -> None:
    assert _parse(json.dumps(value)) == value
