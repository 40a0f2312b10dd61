"""What no schema can say of a request: lengths as Runway counts them, and what each model takes
of the inputs."""

import re
from collections import Counter
from collections.abc import Iterator

from providers.contract import Input, Request
from providers.error import Refused
from providers.runway.models import model_of
from providers.runway.table import Cap, Form, Model, Rule, Slot

IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp")
MOST_BYTES = 200_000_000
TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,15}")
TAKEN_BY_ALL = ("model", "seed")
PRORES = ("prores", "hdr_prores")
HDR_PROFILES = ("422", "422 HQ", "4444")
Problem = tuple[str, str]


def check(request: Request) -> list[Problem]:
    """Everything that is wrong with it, by parameter."""
    try:
        model = model_of(request)
    except Refused as refused:
        return [(refused.field or "operation", refused.message)]
    return [
        *_parameters(model, request),
        *_formats(request),
        *(found for one in request.inputs for found in _input(model, one)),
        *(found for slot in model.slots for found in _slot(model, slot, request)),
        *(found for cap in model.caps for found in _cap(model, cap, request)),
        *_names(model, request),
        *_keyframes(model, request),
    ]


def _parameters(model: Model, request: Request) -> Iterator[Problem]:
    for name, value in request.parameters.items():
        if name in model.rules:
            yield from ((name, wrong) for wrong in _value(model, model.rules[name], value))
        elif name not in TAKEN_BY_ALL:
            yield name, f"{model.name} has no such parameter"
    for name, rule in model.rules.items():
        if rule.required and request.parameters.get(name) in (None, ""):
            yield name, f"{model.name} needs it"


def _value(model: Model, rule: Rule, value: object) -> Iterator[str]:
    if rule.values and value not in rule.values:
        yield f"{model.name} takes {', '.join(map(str, rule.values))}"
    if isinstance(value, int | float):
        if rule.least is not None and value < rule.least:
            yield f"{model.name} takes no less than {rule.least}"
        if rule.most is not None and value > rule.most:
            yield f"{model.name} takes no more than {rule.most}"
    if rule.length is not None and isinstance(value, str):
        units = len(value.encode("utf-16-le", "surrogatepass")) // 2
        if units > rule.length:
            yield f"{model.name} takes {rule.length} UTF-16 units, and this has {units}"


def _formats(request: Request) -> Iterator[Problem]:
    profile = request.parameters.get("proresProfile")
    kind = request.parameters.get("outputFormat")
    if profile is None:
        return
    if kind not in PRORES:
        yield "proresProfile", "it goes only with ProRes as outputFormat"
    elif kind == "hdr_prores" and profile not in HDR_PROFILES:
        yield "proresProfile", f"hdr_prores has only {', '.join(HDR_PROFILES)}"


def _input(model: Model, one: Input) -> Iterator[Problem]:
    slot, media = model.slot(one.parameter, one.media.media_type), one.media
    if slot is None:
        yield one.parameter, f"{model.name} takes no {media.media_type.lower()} there"
        return
    if media.media_type == "IMAGE" and media.mime not in IMAGE_TYPES:
        yield one.parameter, f"Runway takes JPEG, PNG and WebP, and this is {media.mime}"
    if media.size > MOST_BYTES and slot.form is not Form.TASK:
        yield one.parameter, "Runway takes files up to 200 MB, and this is larger"
    if media.size == 0:
        yield one.parameter, "the file is empty"
    if slot.form is Form.TASK and "task_id" not in media.known:
        yield one.parameter, "it is no draft that was made at Runway"
    length = media.duration_seconds
    if slot.seconds and length is not None and not slot.seconds[0] <= length <= slot.seconds[1]:
        least, most = slot.seconds
        yield one.parameter, f"{model.name} takes {least} to {most} seconds, and this has {length}"


def _taken(slot: Slot, request: Request) -> list[Input]:
    return [one for one in request.given(slot.input) if one.media.media_type == slot.media_type]


def _slot(model: Model, slot: Slot, request: Request) -> Iterator[Problem]:
    given = _taken(slot, request)
    kind = slot.media_type.lower()
    if len(given) < slot.least:
        yield slot.input, f"{model.name} needs one {kind} there"
    if len(given) > slot.most:
        yield slot.input, f"{model.name} takes at most {slot.most} of {kind} there"
    seconds = sum(one.media.duration_seconds or 0 for one in given)
    if slot.seconds_in_all is not None and seconds > slot.seconds_in_all:
        yield slot.input, f"{model.name} takes {slot.seconds_in_all} seconds of {kind} in all"


def _cap(model: Model, cap: Cap, request: Request) -> Iterator[Problem]:
    slots = [slot for slot in model.slots if slot.at in cap.at]
    count = sum(len(_taken(slot, request)) for slot in slots)
    if not cap.least <= count <= cap.most:
        names = " and ".join(dict.fromkeys(slot.input for slot in slots))
        wanted = f"{cap.least} to {cap.most}" if cap.least != cap.most else str(cap.most)
        yield slots[0].input, f"{model.name} takes {wanted} of {names} together"


def _names(model: Model, request: Request) -> Iterator[Problem]:
    named = [one for one in request.inputs if one.name is not None]
    tagged = {slot.input for slot in model.slots if slot.form in (Form.TAGGED, Form.HUMAN)}
    for one in named:
        if one.parameter not in tagged:
            yield one.parameter, f"{model.name} knows no names of what it is given"
        elif not TAG.fullmatch(one.name or ""):
            told = "a name is 3 to 16 letters, digits and underscores, a letter first"
            yield one.parameter, told
    for name, count in Counter(one.name for one in named).items():
        if count > 1:
            last = [one.parameter for one in named if one.name == name][-1]
            yield last, f"the name {name} is given {count} times"


def _keyframes(model: Model, request: Request) -> Iterator[Problem]:
    names = {slot.input for slot in model.slots if slot.form is Form.KEYFRAME}
    given = [one for one in request.inputs if one.parameter in names]
    for one in given:
        start, end = one.start_seconds, one.end_seconds
        if start is None:
            yield one.parameter, "startSeconds has to say when it applies"
        elif end is not None and (start % 1 or end % 1 or end <= start):
            yield one.parameter, "a span is of whole seconds, and ends after it starts"
    if len({one.end_seconds is None for one in given}) > 1:
        yield given[0].parameter, "either all of them have endSeconds or none"
