"""Decides what a workflow runs with: texts made of a subject, locked inputs, overrides, style."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from graph.error import InvalidInput
from graph.workflow import PromptMapping, PromptSource, StyleMode, WorkflowRules
from planning.phrase import Phrase
from planning.value_type import checked_value

MAPPINGS_MAX = 100
LOCKED_MAX = 500
OVERRIDES_MAX = 500
SHOWN_MAX = 12
FIELDS = ("name", "description", "kind", "prompt")
OPEN_FIELDS = ("attributes.", "parts.")
FIELD_MAX = 120
FIELDS_TOLD = "use name, description, kind, attributes.<key>, parts.<name> or prompt"


@dataclass(frozen=True)
class Settable:
    """An input with a value of its own: of what type it is taken to be, and what it is now."""

    type: str
    value: object


@dataclass(frozen=True)
class Shape:
    """What of a graph counts here. Inputs are named `node.input`; `media` are those that take an
    asset, `prompts` those where the positive prompt stands, `style` the one found by itself."""

    settable: Mapping[str, Settable]
    media: Mapping[str, str]
    prompts: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    style: str | None = None


def checked_rules(rules: WorkflowRules, shape: Shape) -> WorkflowRules:
    """The rules, if the graph can follow them."""
    _bounded("promptMappings", len(rules.prompts), MAPPINGS_MAX)
    _bounded("lockedInputs", len(rules.locked), LOCKED_MAX)
    locked = {key: _checked_lock(key, value, shape) for key, value in rules.locked.items()}
    taken: set[str] = set()
    for index, mapping in enumerate(rules.prompts):
        field = f"promptMappings.{index}"
        if mapping.input in taken:
            raise InvalidInput(f"{field}.input", f"{mapping.input} is mapped twice")
        if mapping.input in locked:
            raise InvalidInput(f"{field}.input", f"{mapping.input} is locked", "unlock it first")
        taken.add(mapping.input)
        _check_mapping(field, mapping, shape)
    _check_style(rules, shape)
    return replace(rules, locked=locked)


def fill(
    rules: WorkflowRules,
    shape: Shape,
    *,
    fields: Mapping[str, str],
    prompt: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The values to send, by `node.input`. Of what it is told, a lock holds before an override,
    and that before a mapping. A prompt that no mapping asks for goes where prompts stand."""
    given = _checked_overrides(rules, shape, overrides or {})
    known = {**fields, "prompt": prompt or ""}
    mapped = {
        mapping.input: _text(mapping, known)
        for mapping in rules.prompts
        if mapping.input not in given
    }
    placed = dict.fromkeys(_prompt_places(rules, shape, given), prompt) if prompt else {}
    return {**placed, **mapped, **given, **rules.locked}


def style_input(rules: WorkflowRules, shape: Shape) -> str | None:
    """The input that takes a style reference; None if the workflow takes none."""
    if rules.style.mode is StyleMode.NONE:
        return None
    found = rules.style.input if rules.style.mode is StyleMode.POINTED else shape.style
    return None if found in rules.locked else found


def free_seeds(
    rules: WorkflowRules, shape: Shape, overrides: Mapping[str, object] | None = None
) -> tuple[str, ...]:
    """The seeds that nobody has fixed."""
    return tuple(
        key for key in shape.seeds if key not in rules.locked and key not in (overrides or {})
    )


def repeated(
    rules: WorkflowRules, shape: Shape, parameters: Mapping[str, object], *, anew: bool
) -> dict[str, object]:
    """The overrides that bring about the parameters of before. With `anew`, texts are left to
    another prompt, and only what has no part in it stays."""
    texts = {*shape.prompts, *(mapping.input for mapping in rules.prompts)} if anew else set()
    apart = {*texts, *rules.locked}
    return {key: value for key, value in parameters.items() if key not in apart}


def _bounded(field: str, count: int, most: int) -> None:
    if count > most:
        raise InvalidInput(field, f"holds {count} entries; at most {most}")


def _checked_lock(key: str, value: object, shape: Shape) -> object:
    field = f"lockedInputs.{key}"
    return checked_value(field, _settable(field, key, shape).type, value)


def _check_mapping(field: str, mapping: PromptMapping, shape: Shape) -> None:
    if mapping.input in shape.media:
        raise InvalidInput(f"{field}.input", f"{mapping.input} takes an asset, not a text")
    settable = _settable(f"{field}.input", mapping.input, shape)
    if settable.type != "STRING":
        told = f"{mapping.input} takes {settable.type}, not a text"
        raise InvalidInput(f"{field}.input", told)
    for name in _names(f"{field}.value", mapping):
        if not _is_field(name):
            raise InvalidInput(f"{field}.value", f"{name!r} is no field", FIELDS_TOLD)


def _check_style(rules: WorkflowRules, shape: Shape) -> None:
    field, wanted = "styleReference.input", rules.style.input
    if rules.style.mode is not StyleMode.POINTED:
        if wanted is not None:
            raise InvalidInput(field, "is for the mode POINTED only")
    elif wanted is None or wanted not in shape.media:
        choice = ", ".join(list(shape.media)[:SHOWN_MAX]) or "none: the graph loads no media"
        raise InvalidInput(field, "names no input that takes media", f"there are {choice}")
    elif shape.media[wanted] == "AUDIO":
        raise InvalidInput(field, "takes a sound, and no style comes from that")
    elif wanted in rules.locked:
        raise InvalidInput(field, f"{wanted} is locked", "unlock it first")


def _checked_overrides(
    rules: WorkflowRules, shape: Shape, overrides: Mapping[str, object]
) -> dict[str, object]:
    _bounded("overrides", len(overrides), OVERRIDES_MAX)
    return {key: _checked_override(rules, shape, key, value) for key, value in overrides.items()}


def _checked_override(rules: WorkflowRules, shape: Shape, key: str, value: object) -> object:
    field = f"overrides.{key}"
    if key in rules.locked:
        raise InvalidInput(field, "is locked by the workflow", "leave it out")
    if key in shape.media:
        raise InvalidInput(field, "takes an asset, not a value", f"give the asset as input {key}")
    return checked_value(field, _settable(field, key, shape).type, value)


def _settable(field: str, key: str, shape: Shape) -> Settable:
    found = shape.settable.get(key)
    if found is None:
        node = key.partition(".")[0] + "."
        beside = [other for other in shape.settable if other.startswith(node)][:SHOWN_MAX]
        hint = f"of that node there are {', '.join(beside)}" if beside else None
        raise InvalidInput(
            field, f"the workflow has no input {key!r} with a value of its own", hint
        )
    return found


def _names(field: str, mapping: PromptMapping) -> Iterator[str]:
    if mapping.source is PromptSource.SUBJECT:
        yield mapping.value
    elif mapping.source is PromptSource.TEMPLATE:
        yield from Phrase.read(field, mapping.value).names


def _is_field(name: str) -> bool:
    rest = next((name[len(start) :] for start in OPEN_FIELDS if name.startswith(start)), "")
    return name in FIELDS or (0 < len(rest.strip()) <= FIELD_MAX)


def _text(mapping: PromptMapping, known: Mapping[str, str]) -> str:
    match mapping.source:
        case PromptSource.STATIC:
            return mapping.value
        case PromptSource.SUBJECT:
            return _field(mapping, mapping.value, known)
        case PromptSource.TEMPLATE:
            phrase = Phrase.read("promptMappings", mapping.value)
            return phrase.filled({n: _field(mapping, n, known) for n in phrase.names})


def _field(mapping: PromptMapping, name: str, known: Mapping[str, str]) -> str:
    text = known.get(name, "").strip()
    if text:
        return text
    if name == "prompt":
        raise InvalidInput("prompt", f"is needed: the workflow's {mapping.input} is made of it")
    raise InvalidInput(
        f"subject.{name}",
        f"is missing: the workflow's {mapping.input} is made of it",
        f"fill it in, or give overrides.{mapping.input}",
    )


def _prompt_places(
    rules: WorkflowRules, shape: Shape, given: Mapping[str, object]
) -> Sequence[str]:
    """Where the prompt goes beside mappings: nowhere if one asks for it, else where prompts stand,
    if that is one place."""
    takers = [mapping.input for mapping in rules.prompts if "prompt" in _names("", mapping)]
    taken = {*rules.locked, *(mapping.input for mapping in rules.prompts)}
    places = [key for key in shape.prompts if key not in taken and key in shape.settable]
    if (wanted := takers or places) and given.keys() >= set(wanted):
        told = f"has no place: overrides.{wanted[0]} takes it"
        raise InvalidInput("prompt", told, "leave out one of them")
    nodes = {key.partition(".")[0] for key in places}
    texts = {shape.settable[key].value for key in places}
    if takers or len(nodes) == 1 or len(texts) == 1:
        return [] if takers else places
    raise InvalidInput(
        "prompt",
        "has no place of its own in this workflow",
        "map {prompt} to an input of the workflow, or give the text under overrides",
    )
