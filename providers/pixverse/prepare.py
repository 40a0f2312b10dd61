"""What is done for a job before PixVerse gets it: inputs are uploaded, subjects are selected."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from providers.contract import Input, Request, Upload
from providers.error import Refused
from providers.pixverse.api import Api
from providers.pixverse.body import Given, Id, selection_of
from providers.pixverse.endpoint import MODIFY, SWAP, Endpoint
from providers.pixverse.limit import known_id, too_much
from providers.pixverse.outcome import cost_of

KEPT_MOST = 256


@dataclass
class Prepared:
    """Ids by input, those of them that were uploaded for this job, and what was selected in its
    video, which costs credits."""

    ids: dict[int, Id] = field(default_factory=dict)
    uploaded: set[int] = field(default_factory=set)
    masks: tuple[str, ...] = ()
    spent: Decimal = Decimal(0)

    def uploads(self) -> tuple[Upload, ...]:
        return tuple(Upload(at, *self.ids[at]) for at in sorted(self.uploaded))


class Preparation:
    """Prepares jobs. What is done is kept until the job is accepted, so that its next try need
    not do it again."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: OrderedDict[str, Prepared] = OrderedDict()

    def of(self, key: str) -> Prepared:
        """What was prepared for a job so far."""
        prepared = self._kept.setdefault(key, Prepared())
        while len(self._kept) > KEPT_MOST:
            self._kept.popitem(last=False)
        return prepared

    def again(self, key: str) -> Prepared:
        """What is prepared for a job when ids it had are not good any more."""
        self._kept[key] = Prepared(spent=self.of(key).spent)
        return self._kept[key]

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    async def identify(self, request: Request, prepared: Prepared, *, anew: bool = False) -> bool:
        """Finds an id for each input, and uploads what has none; tells whether there was one for
        any of them before."""
        known = bool(prepared.ids)
        for at, one in enumerate(request.inputs):
            if at in prepared.ids:
                continue
            own = None if anew else known_id(one.media)
            if own:
                prepared.ids[at], known = Id(*own), True
            else:
                prepared.ids[at] = _twin(request, prepared, at) or await self._upload(one)
                prepared.uploaded.add(at)
        return known

    async def given(self, request: Request, endpoint: Endpoint, prepared: Prepared) -> Given:
        """All that the body is made of; what must be selected in the video is selected now."""
        ids = [prepared.ids[at] for at in range(len(request.inputs))]
        if told := tuple(request.parameters.get("maskIds") or ()):
            return Given(request, ids, told)
        if not prepared.masks and _selects(request, endpoint):
            answer = await self._api.post("video/mask/selection", selection_of(Given(request, ids)))
            prepared.masks = (_mask(answer, request.parameters.get("subject")),)
            if cost := cost_of(answer):
                prepared.spent += cost.amount
        return Given(request, ids, prepared.masks)

    async def _upload(self, one: Input) -> Id:
        if told := too_much(one.media):
            raise Refused(f"{one.parameter}: {told}", field=one.parameter)
        try:
            return await self._api.upload(one.media)
        except Refused as error:
            raise Refused(error.message, code=error.code, field=one.parameter) from error


def _twin(request: Request, prepared: Prepared, at: int) -> Id | None:
    """The id of the same bytes, uploaded for an earlier input."""
    digest = request.inputs[at].media.sha256
    same = (n for n in prepared.uploaded if request.inputs[n].media.sha256 == digest)
    return next((prepared.ids[n] for n in same), None)


def _selects(request: Request, endpoint: Endpoint) -> bool:
    called = "@selection" in str(request.parameters.get("prompt"))
    return endpoint is SWAP or (endpoint is MODIFY and called)


def _mask(answer: Mapping[str, Any], subject: str | None) -> str:
    """The selection of that name, or else the first one."""
    masks = [one for one in answer.get("mask_info") or () if isinstance(one, dict)]
    found = [(str(one.get("mask_name") or ""), str(one.get("mask_id"))) for one in masks]
    if not found:
        told = "PixVerse finds nothing to select in this frame of the video; choose another"
        raise Refused(told, field="video")
    for name, mask in found:
        if not subject or name.casefold() == subject.casefold():
            return mask
    told = ", ".join(dict.fromkeys(name for name, _ in found))
    raise Refused(f"PixVerse finds no {subject} in the video, but {told}", field="subject")
