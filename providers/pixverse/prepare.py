"""What is done for a job before PixVerse gets it: inputs are uploaded, subjects are selected."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from providers.contract import Input, Media, Request, Upload
from providers.error import Refused
from providers.kept import Kept
from providers.pixverse.api import Api
from providers.pixverse.body import Given, Id, selection_of
from providers.pixverse.codes import NO_IMAGE
from providers.pixverse.endpoint import MODIFY, SWAP, Endpoint
from providers.pixverse.limit import known_id, too_much
from providers.pixverse.outcome import cost_of

KEPT_MOST = 256


@dataclass
class Selection:
    """What can be selected in a frame of a video, as (name, id) pairs; and what PixVerse took for
    telling so, until it is told as a part of what a job costs."""

    masks: tuple[tuple[str, str], ...]
    owed: Decimal

    def settled(self) -> Decimal:
        owed, self.owed = self.owed, Decimal(0)
        return owed


@dataclass(frozen=True)
class Prepared:
    """Ids by input, and those of them that are ids of uploads of ours. `known` tells that some of
    them may be old; `selections` are all that were made on the way."""

    ids: tuple[Id, ...]
    uploaded: frozenset[int]
    known: bool
    selections: list[Selection] = field(default_factory=list)

    def uploads(self) -> tuple[Upload, ...]:
        return tuple(Upload(at, *self.ids[at]) for at in sorted(self.uploaded))

    def spent(self) -> Decimal:
        """What was spent on it, told once."""
        return sum((one.settled() for one in self.selections), Decimal(0))


class Preparation:
    """Prepares jobs. What is done is kept by what it was done to, as a job that finds no room
    comes again, under another key: uploads take time, and selections cost credits."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._uploads: Kept[Id] = Kept(KEPT_MOST)
        self._selections: Kept[Selection] = Kept(KEPT_MOST)

    async def identify(self, request: Request) -> Prepared:
        """Finds an id for each input, and uploads what has none."""
        media = [one.media for one in request.inputs]
        own = [known_id(one) for one in media]
        known = any(own) or any(_content(one) in self._uploads for one in media)
        pairs = zip(own, request.inputs, strict=True)
        ids = [Id(*number) if number else await self._uploaded(one) for number, one in pairs]
        return Prepared(
            tuple(ids), frozenset(at for at, number in enumerate(own) if not number), known
        )

    async def renew(self, request: Request, before: Prepared, code: str | None) -> Prepared:
        """Uploads anew what PixVerse does not have any more: images if it said so, else all."""
        stale = [
            at
            for at, one in enumerate(request.inputs)
            if code != NO_IMAGE or one.media.media_type == "IMAGE"
        ]
        for at in stale:
            self._uploads.forget(_content(request.inputs[at].media))
        ids = list(before.ids)
        for at in stale:
            ids[at] = await self._uploaded(request.inputs[at])
        return replace(before, ids=tuple(ids), uploaded=before.uploaded | set(stale))

    async def given(self, request: Request, endpoint: Endpoint, prepared: Prepared) -> Given:
        """All that the body is made of; what must be selected in the video is selected now."""
        plain = Given(request, prepared.ids)
        if told := tuple(request.parameters.get("maskIds") or ()):
            return replace(plain, masks=told)
        if not _selects(request, endpoint):
            return plain
        found = await self._selections.get(_frame(plain), lambda: self._selected(plain))
        prepared.selections.append(found)
        return replace(plain, masks=(_mask(found, request.parameters.get("subject")),))

    def doubt(self, given: Given, code: str | None) -> None:
        """What was selected may be the reason for a refusal: how long it is good is not known."""
        if given.masks and code != NO_IMAGE:
            self._selections.forget(_frame(given))

    async def _selected(self, given: Given) -> Selection:
        answer = await self._api.post("video/mask/selection", selection_of(given))
        masks = [one for one in answer.get("mask_info") or () if isinstance(one, dict)]
        if not masks:
            told = "PixVerse finds nothing to select in this frame of the video; choose another"
            raise Refused(told, field="video")
        cost = cost_of(answer)
        named = tuple((str(one.get("mask_name") or ""), str(one.get("mask_id"))) for one in masks)
        return Selection(named, cost.amount if cost else Decimal(0))

    async def _uploaded(self, one: Input) -> Id:
        if told := too_much(one.media):
            raise Refused(f"{one.parameter}: {told}", field=one.parameter)
        try:
            return await self._uploads.get(_content(one.media), lambda: self._api.upload(one.media))
        except Refused as error:
            raise Refused(error.message, code=error.code, field=one.parameter) from error


def _content(media: Media) -> tuple[str, str]:
    return media.media_type, media.sha256


def _frame(given: Given) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(selection_of(given).items()))


def _selects(request: Request, endpoint: Endpoint) -> bool:
    called = "@selection" in str(request.parameters.get("prompt"))
    return endpoint is SWAP or (endpoint is MODIFY and called)


def _mask(selection: Selection, subject: str | None) -> str:
    """The selection of that name, or else the first one."""
    for name, mask in selection.masks:
        if not subject or name.casefold() == subject.casefold():
            return mask
    told = ", ".join(dict.fromkeys(name for name, _ in selection.masks))
    raise Refused(f"PixVerse finds no {subject} in the video, but {told}", field="subject")
