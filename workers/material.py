"""Media on its way to a provider and back: inputs out of the store, outputs into it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from graph.asset import Asset, Media, MediaState
from graph.job import JobInput
from media.errors import Missing
from media.intake import Received, receive
from media.link import Purpose, make_link, original_path
from media.secret import signing_secret
from media.store import Store, original_key
from providers import contract
from providers.event import Output
from settings import Settings
from workers.keep import keep
from workers.rooms import Rooms

# A service fetches it when it begins with the job, which may be hours later.
ADDRESS_LASTS = timedelta(hours=24)


NO_BYTES = "0" * 64


class InputGone(Exception):
    """An input's bytes are not here any more."""


async def given(rooms: Rooms, one: JobInput, *, needed: bool) -> contract.Input:
    """An input as its provider gets it. Raises InputGone where its bytes are `needed` and gone: a
    job that was taken already may do without."""
    asset, used = one.input.asset, one.input.used
    here = asset.media_state is MediaState.STORED and asset.sha256 is not None
    if needed and not (here and await rooms.store.exists(original_key(asset.sha256 or ""))):
        raise InputGone(_gone(asset, used.parameter or ""))
    media = _media(rooms.store, asset, {**_address(rooms.settings, asset), **one.known})
    return contract.Input(
        parameter=used.parameter or "",
        media=media,
        prompt=used.prompt,
        name=used.name,
        start_seconds=used.start_seconds,
        end_seconds=used.end_seconds,
        frame=used.frame,
        duration_seconds=used.duration_seconds,
    )


def _address(settings: Settings, asset: Asset) -> dict[str, str]:
    """Where a service may fetch it, which some want for clips, if we can be reached at all."""
    if settings.public_url is None or asset.sha256 is None:
        return {}
    link = make_link(
        signing_secret(settings),
        Purpose.MEDIA,
        str(settings.public_url),
        original_path(asset.sha256),
        datetime.now(UTC) + ADDRESS_LASTS,
        {"type": asset.mime_type or "application/octet-stream"},
    )
    return {"url": link.url}


def media_of(store: Store, asset: Asset) -> contract.Media | None:
    """An asset's bytes, to be read when wanted; None if they are not here."""
    if asset.media_state is not MediaState.STORED or asset.sha256 is None:
        return None
    return _media(store, asset, {})


def _media(store: Store, asset: Asset, known: Mapping[str, str]) -> contract.Media:
    return contract.Media(
        media_type=asset.media_type.value,
        mime=asset.mime_type or "",
        size=asset.size_bytes or 0,
        sha256=asset.sha256 or "",
        open=_reader(store, asset),
        width=asset.width,
        height=asset.height,
        duration_seconds=asset.duration_seconds,
        frame_rate=asset.frame_rate,
        known=known,
    )


def _reader(store: Store, asset: Asset) -> Callable[[], AsyncIterator[bytes]]:
    async def chunks() -> AsyncIterator[bytes]:
        try:
            found = await store.open(original_key(asset.sha256 or NO_BYTES))
        except Missing as error:
            raise InputGone(_gone(asset)) from error
        async for chunk in found:
            yield chunk

    return chunks


def _gone(asset: Asset, parameter: str = "asset") -> str:
    return f"The {parameter} {asset.id} was deleted before it was used."


async def fetched(rooms: Rooms, output: Output) -> Media:
    """What a provider made, fetched, looked at and stored."""
    async with _arriving(rooms, output) as received:
        return await keep(rooms.store, received, rooms.pixels_max)


def _arriving(rooms: Rooms, output: Output) -> AbstractAsyncContextManager[Received]:
    if isinstance(output.source, str):
        return rooms.fetcher.fetch(output.source)
    return receive(output.source(), rooms.data_dir, rooms.upload_max_bytes)
