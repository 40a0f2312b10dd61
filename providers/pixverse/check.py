"""What no schema can tell of a request to PixVerse, as (parameter, what is wrong) pairs."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from providers.contract import Request
from providers.pixverse import endpoint as call
from providers.pixverse.endpoint import DEFAULTS, OPERATIONS, Endpoint, chosen
from providers.pixverse.fusion import called, fused, misnamed, names
from providers.pixverse.limit import known_id, too_much
from providers.pixverse.models import MODELS, misfits

STILLS_SECONDS = 30
IMAGES_MOST = 3
Problems = Iterator[tuple[str, str]]
Values = Mapping[str, Any]


def check(request: Request) -> list[tuple[str, str]]:
    """Everything that is wrong with it, as far as can be told before it is sent."""
    endpoint = chosen(request)
    if endpoint is None:
        at = "edit" if request.operation == "derive" else "operation"
        return [(at, "PixVerse has no such operation")]
    values = endpoint.settled(request.parameters)
    own = OWN.get(endpoint.path)
    return [
        *_missing(endpoint, values),
        *_idle(endpoint, request),
        *_unfit(endpoint, values),
        *(own(request, values) if own else ()),
        *_too_much(request),
    ]


def _missing(endpoint: Endpoint, values: Values) -> Problems:
    yield from ((name, "it is needed here") for name in endpoint.needs if not values.get(name))


def _idle(endpoint: Endpoint, request: Request) -> Problems:
    """What another call of the operation takes, and this one would leave aside."""
    others = OPERATIONS[request.operation]
    defaults = {**DEFAULTS, **(others[-1].defaults or {})}
    # Who asks fills in a seed wherever the operation has one.
    for name in sorted(request.parameters.keys() - set(endpoint.takes) - {"seed"}):
        given = request.parameters[name]
        if given and given != defaults.get(name):
            yield name, f"it has no meaning for {endpoint.path}; leave it out"


def _unfit(endpoint: Endpoint, values: Values) -> Problems:
    if "model" in values:
        name = values["model"]
        if name not in endpoint.models:
            yield "model", f"{name} does not do this; {', '.join(endpoint.models)} do"
        else:
            yield from misfits(MODELS[name], values)
    if "resolution" in values and values["resolution"] not in endpoint.resolutions:
        told = ", ".join(endpoint.resolutions)
        yield "resolution", f"{values['resolution']} is not offered for this; {told} are"
    if len(values.get("speech") or "") > endpoint.speech:
        yield "speech", f"{endpoint.speech} characters are the most"


def _too_much(request: Request) -> Problems:
    for one in request.inputs:
        if not known_id(one.media) and (told := too_much(one.media)):
            yield one.parameter, told


def _image(request: Request, values: Values) -> Problems:
    one, more = request.given("image"), request.given("images")
    if bool(one) == bool(more):
        yield "image", "give one image, or images to a template that takes several"
    if more and not values.get("template"):
        yield "template", "several images need a template that takes them"
    if not values.get("prompt") and not values.get("template"):
        yield "prompt", "it is needed where there is no template"


def _mimic(request: Request, _: Values) -> Problems:
    if len(request.given("image")) != 1 or request.given("images"):
        yield "image", "give the one image that is to move as the video does"


def _two(request: Request, _: Values) -> Problems:
    if len(request.given("stills")) != 2:
        yield "stills", "give two to seven"


def _stills(request: Request, values: Values) -> Problems:
    stills = request.given("stills")
    if not 2 <= len(stills) <= 7:
        yield "stills", "give two to seven"
    lasting = [one.duration_seconds or values["durationSeconds"] for one in stills[:-1]]
    if any(one != int(one) or one < 1 for one in lasting):
        yield "stills", "each lasts whole seconds, one at least"
    elif sum(lasting) > STILLS_SECONDS:
        yield "stills", f"they last {sum(lasting):g} seconds; {STILLS_SECONDS} are the most"
    most = MODELS[values["model"]].prompt if values["model"] in MODELS else 0
    if any(len(one.prompt or "") > most for one in stills):
        yield "stills", f"the prompt of a still has {most} characters at most"


def _video(request: Request, _: Values) -> Problems:
    if len(request.given("video")) != 1:
        yield "video", "give one video"


def _fusion(request: Request, values: Values) -> Problems:
    inputs = fused(request)
    pictures = [one for one in inputs if one.media.media_type == "IMAGE"]
    model = MODELS.get(values["model"])
    if not inputs:
        yield "characters", "give something to fuse: characters, a background or references"
    if model and len(pictures) > model.references:
        told = f"{model.name} fuses {model.references} images at most, and there are"
        yield "references", f"{told} {len(pictures)}"
    if model and len(pictures) < len(inputs) and not model.clips:
        yield "references", "only v6 fuses videos"
    if model and len(called(values.get("prompt") or "", names(inputs))) > model.prompt:
        yield "prompt", f"with the names of what is fused it is longer than {model.prompt}"
    yield from misnamed(request)


def _lips(request: Request, values: Values) -> Problems:
    if bool(request.given("video")) == bool(request.given("image")):
        yield "video", "give the video that is to speak, or an image in its place"
    if bool(request.given("audio")) == bool(values.get("speech")):
        yield "audio", "give the sound that is spoken, or the words as speech"


def _restyle(request: Request, values: Values) -> Problems:
    yield from _video(request, values)
    if bool(values.get("restyle")) == bool(values.get("prompt")):
        yield "restyle", "give the id of a style, or a prompt in its place"


def _sound(request: Request, values: Values) -> Problems:
    yield from _video(request, values)
    if request.given("images"):
        yield "images", "a sound effect takes none"


def _modify(request: Request, values: Values) -> Problems:
    yield from _video(request, values)
    if len(request.given("images")) > IMAGES_MOST:
        yield "images", f"{IMAGES_MOST} are the most"
    selected = values.get("maskIds") or values.get("subject")
    if selected and "@selection" not in (values.get("prompt") or ""):
        yield "prompt", "it must call what is selected by @selection0"


def _swap(request: Request, values: Values) -> Problems:
    yield from _video(request, values)
    if len(request.given("images")) != 1:
        yield "images", "give the one image that is put in place of the subject"
    if len(values.get("maskIds", ())) > 1:
        yield "maskIds", "one subject is swapped at a time"


def _picture(request: Request, _: Values) -> Problems:
    if not request.given("images"):
        yield "images", "give the images that the template takes"


OWN: Mapping[str, Callable[[Request, Values], Problems]] = {
    call.IMAGE.path: _image,
    call.MIMIC.path: _mimic,
    call.TRANSITION.path: _two,
    call.STILLS.path: _stills,
    call.EXTEND.path: _video,
    call.FUSION.path: _fusion,
    call.LIPS.path: _lips,
    call.AVATAR.path: _lips,
    call.RESTYLE.path: _restyle,
    call.SOUND.path: _sound,
    call.MODIFY.path: _modify,
    call.SWAP.path: _swap,
    call.PICTURE.path: _picture,
}
