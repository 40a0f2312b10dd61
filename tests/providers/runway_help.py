"""Requests to Runway, for its tests."""

from collections.abc import Callable
from dataclasses import replace

from providers.contract import Input, Media, Request
from providers.runway.models import OPERATIONS
from providers.runway.parameter import PARAMETERS
from providers.runway.table import Form, Model, Rule, Slot
from tests.providers import samples

Row = tuple[str, Model]
ROWS: list[Row] = [
    (operation, model) for operation, one in OPERATIONS.items() for model in one.models
]
MEDIA: dict[str, Callable[[], Media]] = {
    "IMAGE": samples.picture,
    "VIDEO": lambda: samples.clip(24),
    "AUDIO": lambda: samples.sound(3.0),
}
VALUES: dict[str, object] = {
    "prompt": "a fox",
    "negativePrompt": "a dog",
    "durationSeconds": 5,
    "backgroundColor": "#aabbcc",
    "colors": ["#aabbcc"],
    "shots": [{"prompt": "a fox", "durationSeconds": 3}],
    "cfgScale": 0.5,
}


def row_name(value: object) -> str:
    return value.name if isinstance(value, Model) else str(value)


def value_of(name: str, rule: Rule) -> object:
    """Some value that a rule allows."""
    if rule.values:
        return rule.values[-1]
    if rule.least is not None and name not in VALUES:
        return rule.least
    return VALUES.get(name, 2 if PARAMETERS[name].schema["type"] == "integer" else True)


def least(operation: str, model: Model) -> Request:
    """The least that a model can be asked with."""
    needed = {name: value_of(name, rule) for name, rule in model.rules.items() if rule.required}
    inputs = [given(slot) for slot in model.slots for _ in range(slot.least)]
    held = [cap.at for cap in model.caps if cap.least]
    inputs += [given(next(slot for slot in model.slots if slot.at in at)) for at in held]
    return Request(operation, {"model": model.name, **needed}, tuple(inputs))


def given(slot: Slot) -> Input:
    """Media as a slot takes it."""
    media = MEDIA[slot.media_type]()
    if slot.form is Form.TASK:
        media = replace(media, known={"task_id": "task-7"})
    return Input(slot.input, media, start_seconds=1 if slot.form is Form.KEYFRAME else None)


def addresses(request: Request) -> list[str]:
    return [f"runway://{index}" for index in range(len(request.inputs))]
