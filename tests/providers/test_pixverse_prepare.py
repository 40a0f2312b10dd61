"""What is done before a job is submitted to PixVerse: uploads once, stale ids, selections."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import anyio
import pytest

from providers.contract import Input, Request, Upload
from providers.cost import Cost
from providers.error import Busy, Refused
from providers.pixverse.limit import MEGABYTE
from providers.pixverse.provider import PixVerse
from tests.providers.conforming import new_job
from tests.providers.pixverse_requests import CASES, image, known, video
from tests.providers.pixverse_server import ROOT, PixVerseServer, Standing, provider_at, standing
from tests.providers.preparing import Preparing
from tests.providers.samples import clip, picture

pytestmark = pytest.mark.anyio
FOX = {"prompt": "a fox"}


@pytest.fixture(scope="module")
def address() -> Iterator[Standing]:
    with standing() as made:
        yield made


@pytest.fixture
def server(address: Standing) -> PixVerseServer:
    return address.anew()


@pytest.fixture
async def provider(address: Standing, server: PixVerseServer) -> AsyncIterator[PixVerse]:
    made = provider_at(address.url)
    yield made
    await made.close()


async def done_there(provider: PixVerse, request: Request) -> str:
    """The number of a job that was done there before."""
    number = (await provider.submit(new_job(request))).number
    return number.partition(":")[2]


async def test_what_was_made_there_is_not_uploaded(
    provider: PixVerse, server: PixVerseServer
) -> None:
    own = await done_there(provider, CASES["text"].request())
    large = replace(clip(), size=99 * MEGABYTE)
    submitted = await provider.submit(
        new_job(Request("video_extend", FOX, (Input("video", known(large, video_id=own)),)))
    )
    assert server.last().body["source_video_id"] == int(own)
    assert not submitted.uploads
    assert not server.media


async def test_what_was_uploaded_before_is_not_uploaded_again(
    provider: PixVerse, server: PixVerseServer
) -> None:
    request = CASES["swap"].request()
    uploads = (await provider.submit(new_job(request))).uploads
    before = len(server.media), len(server.images)
    inputs = tuple(
        replace(one, media=known(one.media, **{own.kind: own.value}))
        for one, own in zip(request.inputs, uploads, strict=True)
    )
    submitted = await provider.submit(new_job(replace(request, inputs=inputs)))
    assert not submitted.uploads
    assert (len(server.media), len(server.images)) == before


async def test_the_same_bytes_are_uploaded_once(provider: PixVerse, server: PixVerseServer) -> None:
    submitted = await provider.submit(new_job(CASES["transition"].request()))
    (number,) = server.images
    assert submitted.uploads == (
        Upload(0, "img_id", str(number)),
        Upload(1, "img_id", str(number)),
    )


STALE: dict[str, Callable[[], Request]] = {
    "an image": lambda: Request("image_to_video", FOX, (image(number="1"),)),
    "a video": lambda: Request("video_extend", FOX, (video(number="1"),)),
    "a video and an image": lambda: Request(
        "derive", {"edit": "swap"}, (video(number="1"), image("images"))
    ),
}


@pytest.mark.parametrize("request_of", STALE.values(), ids=STALE)
async def test_an_id_that_is_not_good_any_more_is_replaced(
    provider: PixVerse, server: PixVerseServer, request_of: Callable[[], Request]
) -> None:
    submitted = await provider.submit(new_job(request_of()))
    assert len(server.jobs) == 1
    assert {upload.input for upload in submitted.uploads} == set(range(len(request_of().inputs)))
    assert len(set(server.traces)) == len(server.traces)


@pytest.mark.parametrize("code", [400032, 500008, 500064])
async def test_an_id_is_replaced_once(
    provider: PixVerse, server: PixVerseServer, code: int
) -> None:
    for _ in range(2):
        server.refuse(code, "img/generate")
    with pytest.raises(Refused) as raised:
        await provider.submit(new_job(STALE["an image"]()))
    assert raised.value.code == str(code)
    assert len(server.images) == 1
    assert not server.jobs


async def test_what_was_just_uploaded_is_not_doubted(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.refuse(400032, "img/generate")
    with pytest.raises(Refused):
        await provider.submit(new_job(CASES["image"].request()))
    assert len(server.images) == 1


async def test_another_refusal_makes_nobody_upload_again(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.refuse(400017, "img/generate")
    with pytest.raises(Refused):
        await provider.submit(new_job(STALE["an image"]()))
    assert not server.images


async def test_a_stale_id_of_what_is_too_large_is_refused_by_name(
    provider: PixVerse, server: PixVerseServer
) -> None:
    large = replace(known(clip(), video_id="1"), size=99 * MEGABYTE)
    with pytest.raises(Refused) as raised:
        await provider.submit(new_job(Request("video_extend", FOX, (Input("video", large),))))
    assert raised.value.field == "video"
    assert "50 MB" in raised.value.message
    assert not server.media


async def busy(provider: PixVerse, server: PixVerseServer, name: str) -> None:
    """A try that finds no room; the next one has another key."""
    server.refuse(500044, CASES[name].path)
    with pytest.raises(Busy):
        await provider.submit(new_job(CASES[name].request()))


async def test_what_the_next_try_need_not_do_again_is_kept(
    provider: PixVerse, server: PixVerseServer
) -> None:
    """Uploads take time, and a selection costs credits."""
    for _ in range(3):
        await busy(provider, server, "swap")
    submitted = await provider.submit(new_job(CASES["swap"].request()))
    assert len(server.media) == len(server.images) == len(server.selections) == 1
    assert [upload.input for upload in submitted.uploads] == [0, 1]
    assert submitted.quote == Cost(Decimal(47), "credits")


async def test_a_selection_is_told_of_as_a_cost_once(
    provider: PixVerse, server: PixVerseServer
) -> None:
    quotes = [(await provider.submit(new_job(CASES["swap"].request()))).quote for _ in range(2)]
    assert quotes == [Cost(Decimal(47), "credits"), Cost(Decimal(45), "credits")]
    assert len(server.selections) == 1


async def test_many_at_once_prepare_the_same_once(
    provider: PixVerse, server: PixVerseServer
) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(provider.submit, new_job(CASES["swap"].request()))
    assert len(server.jobs) == 3
    assert len(server.media) == len(server.images) == len(server.selections) == 1


async def test_each_video_and_each_frame_has_a_selection_of_its_own(
    provider: PixVerse, server: PixVerseServer
) -> None:
    swap = CASES["swap"].request()
    other = replace(clip(), sha256="0" * 64)
    for source in (video(), video(frame=1), video(frame=2), Input("video", other)):
        await provider.submit(new_job(replace(swap, inputs=(source, *swap.inputs[1:]))))
    assert [one["keyframe_id"] for one in server.selections] == [1, 2, 1]
    assert len({one["video_media_id"] for one in server.selections}) == 2


async def test_another_subject_of_the_same_frame_is_known(
    provider: PixVerse, server: PixVerseServer
) -> None:
    for subject in ("person", "background", "Person"):
        request = replace(CASES["swap"].request(), parameters={"edit": "swap", "subject": subject})
        await provider.submit(new_job(request))
    assert [made.body["mask_id"] for made in server.jobs.values()] == ["4001", "4002", "4001"]
    assert len(server.selections) == 1


async def test_a_selection_that_is_refused_is_made_anew(
    provider: PixVerse, server: PixVerseServer
) -> None:
    """How long one is good is not known."""
    await busy(provider, server, "swap")
    server.refuse(400017, "swap/generate")
    with pytest.raises(Refused):
        await provider.submit(new_job(CASES["swap"].request()))
    await provider.submit(new_job(CASES["swap"].request()))
    assert len(server.selections) == 2
    assert len(server.media) == 1


async def test_a_selection_outlives_a_picture_that_does_not(
    provider: PixVerse, server: PixVerseServer
) -> None:
    request = CASES["swap"].request()
    stale = (request.inputs[0], image("images", number="1"))
    submitted = await provider.submit(new_job(replace(request, inputs=stale)))
    assert len(server.media) == len(server.images) == len(server.selections) == 1
    assert submitted.quote == Cost(Decimal(47), "credits")


async def test_what_was_spent_on_a_video_that_is_gone_is_told(
    provider: PixVerse, server: PixVerseServer
) -> None:
    await busy(provider, server, "swap")
    server.refuse(500008, "swap/generate")
    submitted = await provider.submit(new_job(CASES["swap"].request()))
    assert len(server.media) == len(server.selections) == 2
    assert submitted.quote == Cost(Decimal(49), "credits")


async def test_an_upload_that_is_gone_is_replaced(
    provider: PixVerse, server: PixVerseServer
) -> None:
    await provider.submit(new_job(CASES["image"].request()))
    server.images.clear()
    submitted = await provider.submit(new_job(CASES["image"].request()))
    assert [upload.value for upload in submitted.uploads] == [str(one) for one in server.images]
    await provider.submit(new_job(CASES["image"].request()))
    assert len(server.images) == 1


async def test_only_so_much_is_kept(
    address: Standing, server: PixVerseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.pixverse.prepare.KEPT_MOST", 1)
    provider = provider_at(address.url)
    for digest in ("a", "b", "b", "a"):
        still = replace(picture(), sha256=digest * 64)
        await provider.submit(new_job(Request("image_to_video", FOX, (Input("image", still),))))
    assert len(server.images) == 3
    await provider.close()


async def test_what_costs_nothing_is_preparation(
    provider: PixVerse, server: PixVerseServer
) -> None:
    preparing = Preparing(server.app.asked)
    await provider.submit(replace(new_job(CASES["swap"].request()), preparing=preparing))
    assert preparing.calls == [
        ("POST", f"{ROOT}/media/upload"),
        ("POST", f"{ROOT}/image/upload"),
    ]
    assert server.app.asked[2:] == [
        ("POST", f"{ROOT}/video/mask/selection"),
        ("POST", f"{ROOT}/video/swap/generate"),
    ]


async def test_what_is_uploaded_anew_is_preparation(
    provider: PixVerse, server: PixVerseServer
) -> None:
    preparing = Preparing(server.app.asked)
    await provider.submit(replace(new_job(STALE["an image"]()), preparing=preparing))
    assert preparing.calls == [("POST", f"{ROOT}/image/upload")]
    assert len(server.app.asked) == 3


async def test_a_subject_that_is_not_there_is_refused_with_those_that_are(
    provider: PixVerse, server: PixVerseServer
) -> None:
    request = replace(CASES["swap"].request(), parameters={"edit": "swap", "subject": "horse"})
    with pytest.raises(Refused) as raised:
        await provider.submit(new_job(request))
    assert raised.value.field == "subject"
    assert "person, background" in raised.value.message
    assert not server.jobs


async def test_a_frame_without_subjects_is_refused(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.masks = []
    with pytest.raises(Refused) as raised:
        await provider.submit(new_job(CASES["swap"].request()))
    assert raised.value.field == "video"


async def test_a_selection_for_an_edit_is_made_when_its_words_call_it(
    provider: PixVerse, server: PixVerseServer
) -> None:
    words = {"edit": "modify", "prompt": "@selection0 wears a hat"}
    await provider.submit(new_job(Request("derive", words, (video(frame=3),))))
    assert server.selections[0]["keyframe_id"] == 3
    assert server.last().body["mask_ids"] == ["4001"]
    assert server.last().body["keyframe_ids"] == 3
    plain = {"edit": "modify", "prompt": "make it snow"}
    await provider.submit(new_job(Request("derive", plain, (video(),))))
    assert len(server.selections) == 1
