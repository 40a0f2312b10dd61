"""What is sent for a request: pure, from the tables."""

from collections.abc import Sequence
from typing import Any

from providers.contract import Input, Request
from providers.runway.models import model_of
from providers.runway.parameter import PARAMETERS
from providers.runway.table import Form, Slot

LISTED = {
    Form.URIS,
    Form.ITEM,
    Form.TYPED,
    Form.FIRST,
    Form.LAST,
    Form.TAGGED,
    Form.HUMAN,
    Form.KEYFRAME,
}


def body_of(request: Request, uris: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The endpoint and the body; `uris` are those of the inputs, in their order."""
    model = model_of(request)
    body: dict[str, Any] = {"model": model.sent or model.name}
    for wire, value in model.fixed.items():
        _put(body, wire, value)
    for name, rule in model.rules.items():
        value = request.parameters.get(name, rule.default)
        if value is not None:
            _put(body, rule.wire or PARAMETERS[name].wire, _sent(name, value))
    given = list(zip(request.inputs, uris, strict=True))
    for slot in model.slots:
        for one, uri in given:
            if (one.parameter, one.media.media_type) == (slot.input, slot.media_type):
                _place(body, slot, _written(slot, one, uri))
    return model.endpoint, body


def _put(body: dict[str, Any], wire: str, value: Any) -> None:
    *path, last = wire.split(".")
    for step in path:
        body = body.setdefault(step, {})
    body[last] = value


def _place(body: dict[str, Any], slot: Slot, value: Any) -> None:
    if slot.form in LISTED:
        body.setdefault(slot.at, []).append(value)
    else:
        _put(body, slot.at, value)


def _sent(name: str, value: Any) -> Any:
    """A parameter's value as it goes there."""
    if name == "shots":
        return [{"prompt": shot["prompt"], "duration": shot["durationSeconds"]} for shot in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _written(slot: Slot, one: Input, uri: str) -> Any:
    """An input as it stands in a body."""
    match slot.form:
        case Form.URI | Form.URIS | Form.TASK:
            return uri
        case Form.TYPED | Form.OBJECT:
            return {"type": slot.media_type.lower(), "uri": uri}
        case Form.FIRST | Form.LAST:
            return {"uri": uri, "position": slot.form.name.lower()}
        case Form.KEYFRAME:
            return _keyframe(one, uri)
        case Form.TAGGED | Form.HUMAN:
            tag = {"tag": one.name} if one.name else {}
            human = {"subject": "human"} if slot.form is Form.HUMAN else {}
            return {"uri": uri, **tag, **human}
        case Form.ITEM:
            return {"uri": uri}


def _keyframe(one: Input, uri: str) -> dict[str, Any]:
    found: dict[str, Any] = {"seconds": one.start_seconds, "uri": uri}
    if one.end_seconds is not None:
        start, end = int(one.start_seconds or 0), int(one.end_seconds)
        found["range"] = {"start_seconds": start, "end_seconds": end}
    return found
