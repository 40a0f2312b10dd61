"""As what media go to Kling."""

import base64
from dataclasses import replace

import pytest

from providers.error import Refused
from providers.kling.medium import CLIP, FACE_CLIP, OWN_CLIP, PICTURE, SPEECH, Sent, marked, whole
from tests.providers.kling_help import ADDRESS, LINKED, OWN, clip, mark, picture, sound


@pytest.mark.anyio
async def test_an_image_goes_as_bare_base64() -> None:
    image = picture()
    told = marked(PICTURE, image)
    assert told == Sent("bytes", mark(image))
    sent = await whole(told, image, "image")
    assert base64.b64decode(sent.text, validate=True) == await image.read()


@pytest.mark.anyio
async def test_a_video_goes_by_its_address_which_is_not_told() -> None:
    told = marked(CLIP, LINKED)
    assert told == Sent("address", mark(LINKED))
    assert await whole(told, LINKED, "video") == Sent("address", ADDRESS)


@pytest.mark.anyio
async def test_an_id_goes_before_all_else() -> None:
    both = clip(url=ADDRESS, video_id="v-1")
    told = marked(FACE_CLIP, both)
    assert told == await whole(told, both, "video") == Sent("video_id", "v-1")
    assert marked(OWN_CLIP, OWN) == Sent("video_id", "v-1")
    assert marked(SPEECH, sound(audio_id="a-1")) == Sent("audio_id", "a-1")
    # The editors take no id.
    assert marked(CLIP, both).kind == "address"


@pytest.mark.anyio
async def test_a_video_that_kling_did_not_make_is_not_extended() -> None:
    with pytest.raises(Refused, match="only videos that it made itself") as raised:
        await whole(marked(OWN_CLIP, LINKED), LINKED, "video")
    assert raised.value.field == "video"


@pytest.mark.anyio
@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "/media/v.mp4"])
async def test_a_video_that_kling_cannot_fetch_is_refused(address: str) -> None:
    video = clip(url=address)
    with pytest.raises(Refused, match="PEDIGREE_PUBLIC_URL"):
        await whole(marked(CLIP, video), video, "video")


@pytest.mark.parametrize(
    ("seconds", "fits"), [(2.89, False), (2.95, True), (10.05, True), (10.2, False), (None, True)]
)
def test_a_length_may_be_a_frame_over(seconds: float | None, fits: bool) -> None:
    video = replace(LINKED, duration_seconds=seconds)
    assert (not list(CLIP.problems(video))) is fits


def test_what_kling_has_is_not_looked_at_but_for_its_length() -> None:
    video = replace(OWN, mime="video/x-matroska", size=10**12)
    assert not list(FACE_CLIP.problems(video))
    assert list(FACE_CLIP.problems(replace(video, duration_seconds=61.0)))
    assert len(list(FACE_CLIP.problems(replace(video, known={})))) == 2
