"""Gives inputs to Runway's store, which keeps them for a day."""

import base64
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from providers.contract import Input, Media
from providers.error import ProviderError, Refused, Unreachable
from providers.form import form
from providers.http import Http
from providers.runway.check import MOST_BYTES
from providers.runway.failure import answered

LEAST_BYTES = 512  # what is smaller is sent within the request
KEPT_SECONDS = 20 * 3600.0  # of the 24 hours that it is good for
KEPT_MOST = 1000
FILE_SECONDS = 600.0
SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "audio/mpeg": "mp3",
    "audio/x-wav": "wav",
}


class Uploads:
    """Addresses of what was uploaded. They are remembered for a while by this process alone, as
    elsewhere it is not known how old they are."""

    def __init__(
        self, http: Http, store: Http, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._store = store
        self._clock = clock
        self._kept: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def uri(self, one: Input) -> str:
        """Where Runway finds an input."""
        media = one.media
        if media.size < LEAST_BYTES:
            data = base64.b64encode(await media.read()).decode()
            return f"data:{media.mime};base64,{data}"
        kept = self._kept.get(media.sha256)
        if kept is None or self._clock() > kept[1]:
            kept = (await self._upload(one), self._clock() + KEPT_SECONDS)
            self._kept[media.sha256] = kept
            while len(self._kept) > KEPT_MOST:
                self._kept.popitem(last=False)
        return kept[0]

    def forget(self, one: Input) -> None:
        """Makes sure that it is uploaded anew the next time."""
        self._kept.pop(one.media.sha256, None)

    async def _upload(self, one: Input) -> str:
        if one.media.size > MOST_BYTES:
            raise Refused("Runway takes files up to 200 MB", field=one.parameter)
        wanted = {"filename": _name(one.media), "type": "ephemeral"}
        response = await self._http.call("POST", "/v1/uploads", json=wanted)
        if not response.is_success:
            raise answered(self._http, response)
        place = self._http.object(response)
        url, fields, uri = (place.get(name) for name in ("uploadUrl", "fields", "runwayUri"))
        if not (isinstance(url, str) and isinstance(fields, dict) and isinstance(uri, str)):
            raise Unreachable("Runway gave no place to upload to")
        if not url.lower().startswith(("https://", f"{self._http.scheme}://")):
            raise Unreachable("Runway gave a place to upload to that anybody could look into")
        await self._send(one, url, fields)
        return uri

    async def _send(self, one: Input, url: str, fields: Mapping[str, object]) -> None:
        sent = form(fields, "file", _name(one.media), one.media)
        response = await self._store.call("POST", url, seconds=FILE_SECONDS, **sent)
        if not response.is_success:
            raise _not_stored(response.status_code, one)


def _not_stored(status: int, one: Input) -> ProviderError:
    """The store is not ours to sign in to: a 403 is a place that is no longer good."""
    told = f"Runway's store did not take the file: {status}"
    if status in (401, 403, 408, 425, 429) or status >= 500:
        return Unreachable(told, code=str(status))
    return Refused(told, code=str(status), field=one.parameter)


def _name(media: Media) -> str:
    kind = SUFFIXES.get(media.mime) or media.mime.rpartition("/")[2]
    return f"{media.sha256[:16]}.{kind}"
