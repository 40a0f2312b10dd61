"""What Kling is asked before a job begins: once for each video, and what of it may be cut short."""

from dataclasses import replace

import pytest

from providers.error import Busy, Refused
from providers.kling import faces
from providers.kling.provider import LOOKS
from tests.providers.conforming import new_job
from tests.providers.kling_help import OWN, A, clip, sound, wanted
from tests.providers.kling_running import Running, kling, kling_process
from tests.providers.misbehaving import Way
from tests.providers.preparing import Preparing

__all__ = ["kling", "kling_process"]
pytestmark = pytest.mark.anyio
SPEECH = wanted("lip_sync", ("video", OWN), ("audio", sound()))
FACES, SYNC = "/v1/videos/identify-face", "/v1/videos/advanced-lip-sync"
FULL = b'{"code": 1303, "message": "parallel task over resource pack limit"}'


async def test_what_begins_a_job_is_no_preparation(kling: Running) -> None:
    preparing = Preparing(kling.front.asked)
    job = replace(
        new_job(wanted("image_to_video", ("firstFrame", A), prompt="x")), preparing=preparing
    )
    await kling.provider().submit(job)
    assert preparing.calls == []
    assert kling.front.asked == [("POST", "/v1/videos/image2video")]


async def test_to_look_for_faces_costs_something_and_is_waited_for(kling: Running) -> None:
    preparing = Preparing(kling.front.asked)
    await kling.provider().submit(replace(new_job(SPEECH), preparing=preparing))
    assert preparing.calls == []
    assert kling.front.asked == [("POST", FACES), ("POST", SYNC)]


async def test_looking_a_job_up_is_preparation(kling: Running) -> None:
    preparing = Preparing(kling.front.asked)
    job = replace(new_job(wanted("text_to_image", prompt="x")), doubtful=True, preparing=preparing)
    await kling.provider().submit(job)
    assert preparing.calls == [("GET", "/v1/images/generations")] * LOOKS
    assert kling.front.asked[LOOKS:] == [("POST", "/v1/images/generations")]


async def test_faces_are_not_looked_for_again_when_there_is_no_room(kling: Running) -> None:
    provider = kling.provider()
    kling.front.meet(Way.STATUS, method="POST", path=SYNC, status=429, body=FULL, times=2)
    for _ in range(2):
        with pytest.raises(Busy):
            await provider.submit(new_job(SPEECH))
    submitted = await provider.submit(new_job(SPEECH))
    assert kling.front.asked.count(("POST", FACES)) == 1
    (session,) = kling.server.sessions
    assert submitted.uploads[0].value == session


async def test_another_face_of_the_same_video_is_known(kling: Running) -> None:
    provider = kling.provider()
    for face in (0, 1):
        await provider.submit(new_job(replace(SPEECH, parameters={"face": face})))
    assert len(kling.server.sessions) == 1
    assert [t.body["face_choose"][0]["face_id"] for t in kling.server.tasks.values()] == [
        "f0",
        "f1",
    ]


async def test_another_video_has_faces_of_its_own(kling: Running) -> None:
    provider = kling.provider()
    other = wanted("lip_sync", ("video", clip(6, video_id="v-2")), ("audio", sound()))
    for request in (SPEECH, other):
        await provider.submit(new_job(request))
    assert len(kling.server.sessions) == 2


async def test_a_session_that_is_refused_is_opened_anew(kling: Running) -> None:
    provider = kling.provider()
    await provider.submit(new_job(SPEECH))
    kling.server.sessions.clear()
    with pytest.raises(Refused):
        await provider.submit(new_job(SPEECH))
    await provider.submit(new_job(SPEECH))
    assert len(kling.server.tasks) == 2


async def test_a_session_is_not_used_when_it_is_old(
    kling: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "KEPT_SECONDS", 0.0)
    provider = kling.provider()
    for _ in range(2):
        await provider.submit(new_job(SPEECH))
    assert len(kling.server.sessions) == 2


async def test_where_no_face_was_found_it_is_looked_again(kling: Running) -> None:
    provider = kling.provider()
    kling.server.faces = 0
    with pytest.raises(Refused):
        await provider.submit(new_job(SPEECH))
    kling.server.faces = 1
    await provider.submit(new_job(SPEECH))
