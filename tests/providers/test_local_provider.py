"""The built-in provider makes the same each time, tells what it does, and stops."""

import asyncio
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from providers.contract import Input, Job, Request
from providers.error import Refused
from providers.event import Accepted, Cancelled, Done, Event, Failed, Output, Preview, Progress
from providers.local.provider import Local
from settings import ROOT
from tests.providers import samples
from tests.providers.conforming import followed, following, new_job, outputs_of
from tests.providers.local_help import SHORT, SMALL, events_of, made, seen

pytestmark = pytest.mark.anyio


SCRIPT = """
import asyncio, hashlib, sys
from providers.contract import Job, Request
from providers.event import Output
from providers.local.provider import Local

async def main():
    local = Local(1)
    for operation in ("text_to_image", "text_to_video"):
        asked = {"prompt": "a planet", "width": 98, "height": 66, "seed": 9}
        if operation == "text_to_video":
            asked |= {"durationSeconds": 0.5, "frameRate": 8}
        job = Job(operation, Request(operation, asked))
        async for event in local.follow(job, job.key, asyncio.Event()):
            if isinstance(event, Output):
                data = b"".join([chunk async for chunk in event.source()])
                print(hashlib.sha256(data).hexdigest())

asyncio.run(main())
"""


async def test_another_process_makes_the_same_bytes() -> None:
    async def run(seed: str) -> str:
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", SCRIPT]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, env=environment, cwd=ROOT, check=True
        )
        return done.stdout.decode()

    one, other = await asyncio.gather(run("1"), run("2"))
    assert one == other
    assert len(one.split()) == 2


async def test_many_at_once_make_the_same_bytes() -> None:
    asked = {"prompt": "a city at night", "width": 98, "height": 66, **SHORT}
    clips = await asyncio.gather(*(made("text_to_video", asked) for _ in range(8)))
    assert len({hashlib.sha256(clip).hexdigest() for clip in clips}) == 1


async def test_without_a_seed_it_is_the_jobs_own() -> None:
    job = Job("a-key", Request("text_to_image", {"prompt": "x", "width": 64, "height": 64}))
    submitted = await Local(1).submit(job)
    end = (await followed(Local(1), job, job.key))[-1]
    assert isinstance(end, Done)
    assert end.seed == submitted.request["seed"]
    other = await Local(1).submit(Job("another", job.request))
    assert other.request["seed"] != end.seed


async def test_it_tells_what_it_does() -> None:
    asked = {"prompt": "sea", "width": 96, "height": 64, **SHORT}
    events = await events_of("text_to_video", asked)
    assert isinstance(events[0], Accepted)
    fractions = [event.fraction or 0 for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    previews = [event for event in events if isinstance(event, Preview)]
    assert previews
    assert all(max(seen(preview.data).size) <= 256 for preview in previews)


def long_job() -> Job:
    asked = {"prompt": "sea", "width": 640, "height": 480, "durationSeconds": 6, "frameRate": 30}
    return new_job(Request("text_to_video", asked))


async def test_what_is_stopped_ends_at_once() -> None:
    local, job = Local(1), long_job()
    seen: list[Event] = []
    async with following(local, job, job.key) as events:
        async for event in events:
            if isinstance(event, Preview):
                assert await local.cancel(job.key)
            seen.append(event)
    assert isinstance(seen[-1], Cancelled)
    assert max(e.fraction or 0 for e in seen if isinstance(e, Progress)) < 0.5
    assert not local.busy, "nothing is left of it"
    assert await local.cancel(job.key), "and what is not made is stopped"


async def test_a_follower_who_leaves_ends_the_work() -> None:
    local, job = Local(1), long_job()
    async with following(local, job, job.key) as events:
        async for event in events:
            if isinstance(event, Preview):
                break
    assert not local.busy


async def test_a_task_that_is_cancelled_ends_the_work() -> None:
    local, job = Local(1), long_job()
    began = asyncio.Event()

    async def follow() -> None:
        async for event in local.follow(job, job.key, asyncio.Event()):
            if isinstance(event, Preview):
                began.set()

    task = asyncio.create_task(follow())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not local.busy


async def test_the_event_loop_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing: set[threading.Thread] = set()
    plain = Image.Image.paste

    def noted(self: Image.Image, *parts: Any, **more: Any) -> None:
        drawing.add(threading.current_thread())
        plain(self, *parts, **more)

    monkeypatch.setattr(Image.Image, "paste", noted)
    await made("text_to_image", {"prompt": "hills", **SMALL})
    assert drawing
    assert threading.main_thread() not in drawing


async def test_outputs_are_read_after_the_end_and_more_than_once() -> None:
    events = await events_of("text_to_image", {"prompt": "hills", **SMALL})
    one = await outputs_of(events)
    assert one[0].data == (await outputs_of(events))[0].data
    source = next(event.source for event in events if isinstance(event, Output))
    assert not isinstance(source, str)
    async for chunk in source():
        assert one[0].data.startswith(chunk)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\0" * 50])
async def test_a_picture_that_cannot_be_read_is_named(data: bytes) -> None:
    broken = Input("image", samples.media(data, "image/png"))
    end = (await events_of("upscale", {}, broken))[-1]
    assert isinstance(end, Failed)
    assert isinstance(end.error, Refused)
    assert end.error.field == "inputs.image"


@pytest.mark.parametrize("data", [b"", b"#EXTM3U\nfile:///etc/hostname\n", b"\0" * 99])
@pytest.mark.parametrize("operation", ["video_extend", "restyle", "frame_extract"])
async def test_a_clip_that_cannot_be_read_is_named(operation: str, data: bytes) -> None:
    broken = Input("video", samples.media(data, "video/mp4"))
    end = (await events_of(operation, {}, broken))[-1]
    assert isinstance(end, Failed)
    assert isinstance(end.error, Refused)
    assert end.error.field == "inputs.video"


async def test_half_a_letter_and_nul_do_no_harm() -> None:
    asked = {"prompt": "a\0 fox \ud800", **SMALL, "caption": True}
    assert isinstance((await events_of("text_to_image", asked))[-1], Done)


async def test_what_is_wrong_is_told_all_at_once() -> None:
    job = new_job(Request("text_to_image", {"prompt": "x", "width": 2, "count": 9}))
    with pytest.raises(Refused) as raised:
        await Local(1).submit(job)
    fields: Sequence[str] = [problem.partition(":")[0] for problem in raised.value.problems]
    assert sorted(fields) == ["count", "width"]
    assert raised.value.field in {f"parameters.{field}" for field in fields}


async def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    await made("restyle", {"seed": 1}, Input("video", samples.clip()))
    assert not os.listdir(tmp_path)  # noqa: PTH208 - what ruff asks for instead blocks too
