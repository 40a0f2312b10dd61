"""PixVerse's HTTP side: its headers, and the envelope in which it answers."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
from pydantic import SecretStr

from providers.contract import Media
from providers.error import ProviderError, SubmitLost, Unreachable
from providers.http import CALL_SECONDS, Http, seconds_of
from providers.pixverse.body import Id
from providers.pixverse.codes import CODES, error_of
from providers.pixverse.limit import LIMITS

ROOT = "/openapi/v2/"
UPLOAD_SECONDS = 180.0


class Api:
    """Calls to PixVerse; each gets a trace id of its own unless one is given."""

    def __init__(
        self,
        key: SecretStr,
        url: str,
        *,
        call_seconds: float = CALL_SECONDS,
        upload_seconds: float = UPLOAD_SECONDS,
    ) -> None:
        self._key = key
        self._call_seconds = call_seconds
        self._upload_seconds = upload_seconds
        self._http = Http("PixVerse", url, self._headers)

    async def get(self, path: str) -> dict[str, Any]:
        """What a question is answered with."""
        response = await self._http.call("GET", ROOT + path, seconds=self._call_seconds)
        return self._opened(response)

    async def post(
        self, path: str, body: Mapping[str, Any], trace: str | None = None
    ) -> dict[str, Any]:
        """The answer to what may cost something: when it gets lost, SubmitLost."""
        headers = {"Ai-trace-id": trace} if trace else {}
        response = await self._http.call(
            "POST",
            ROOT + path,
            submits=True,
            seconds=self._call_seconds,
            json=body,
            headers=headers,
        )
        return self._opened(response, submits=True)

    async def upload(self, media: Media) -> Id:
        """The id that it gives to the bytes of an asset."""
        limit = LIMITS[media.media_type]
        part = (f"media.{limit.endings[media.mime]}", await media.read(), media.mime)
        response = await self._http.call(
            "POST", ROOT + limit.path, seconds=self._upload_seconds, files={limit.part: part}
        )
        answer = self._opened(response)
        # One published client has it spelled so.
        number = number_in(answer, limit.id_kind, "ImgID", "MediaID")
        if number is None:
            raise Unreachable("PixVerse took an upload in and told no id of it")
        return Id(limit.id_kind, number)

    async def close(self) -> None:
        await self._http.close()

    def _headers(self) -> dict[str, str]:
        return {"API-KEY": self._key.get_secret_value(), "Ai-trace-id": str(uuid4())}

    def _opened(self, response: httpx.Response, *, submits: bool = False) -> dict[str, Any]:
        """What is in the envelope of a good answer."""
        try:
            envelope = self._http.object(response)
        except Unreachable as error:
            raise self._bare(response, submits=submits) from error
        code = envelope.get("ErrCode", envelope.get("err_code"))
        if code is not None and str(code) != "0":
            raise self._told(response, str(code), envelope, submits=submits)
        if code is None or not response.is_success:
            raise self._bare(response, submits=submits)
        held = envelope.get("Resp", envelope.get("resp"))
        return held if isinstance(held, dict) else {}

    def _told(
        self, response: httpx.Response, code: str, envelope: dict[str, Any], *, submits: bool
    ) -> ProviderError:
        said = str(envelope.get("ErrMsg", envelope.get("err_msg")) or "")
        said = said.replace(self._key.get_secret_value(), "...")
        retry_after = response.headers.get("retry-after")
        if code not in CODES and not response.is_success:
            return self._bare(response, submits=submits, code=code)
        return error_of(code, said, submits=submits, retry_in=seconds_of(retry_after))

    def _bare(
        self, response: httpx.Response, *, submits: bool, code: str | None = None
    ) -> ProviderError:
        """What is meant where PixVerse says nothing that we know: a gateway before it may have
        answered, and have passed a submit on."""
        status = response.status_code
        told = f"it answered {status} and did not say why"
        if submits and (response.is_success or (status >= 500 and status != 503)):
            return SubmitLost(f"PixVerse: {told}", code=code)
        if response.is_success:
            return Unreachable(f"PixVerse: {told}", code=code)
        retry_after = response.headers.get("retry-after")
        return self._http.refusal(status, told, code=code, retry_after=retry_after)


def number_in(answer: Mapping[str, Any], *names: str) -> str | None:
    """The first of these fields that holds an id, as text."""
    for name in names:
        number = str(answer.get(name) or "")
        if number.isdecimal():
            return number
    return None
