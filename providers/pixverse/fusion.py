"""How PixVerse's fusion names its references: every input has a name, and the prompt calls each
by `@name ` with a space after it."""

import re
from collections.abc import Iterator, Sequence

from providers.contract import Input, Request

PARAMETERS = ("characters", "background", "references")
STEMS = {"characters": "character", "background": "background", "references": "reference"}
NAME_BYTES = 30
GOOD = re.compile(r"\w+")
CALLED = re.compile(r"(?<![\w@])@(\w+)")


def fused(request: Request) -> list[Input]:
    """The inputs of a fusion, in their order."""
    return [one for one in request.inputs if one.parameter in PARAMETERS]


def names(inputs: Sequence[Input]) -> list[str]:
    """A name for each: its own, or one made of its part and its place."""
    taken = {one.name for one in inputs if one.name}
    return [one.name or _free(one, at, inputs, taken) for at, one in enumerate(inputs)]


def _free(one: Input, at: int, inputs: Sequence[Input], taken: set[str]) -> str:
    place = 1 + sum(before.parameter == one.parameter for before in inputs[:at])
    name = f"{STEMS[one.parameter]}{place}"
    while name in taken:
        name += "_"
    return name


def called(prompt: str, known: Sequence[str]) -> str:
    """The prompt as PixVerse reads it: a space after each name, and who is not called called at
    the end, as what is not called may be left out of the picture."""
    if not known:
        return prompt
    longest = sorted(known, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w@])@({'|'.join(map(re.escape, longest))})(?![A-Za-z0-9_])")
    found = set(pattern.findall(prompt))
    spaced = re.sub(rf"{pattern.pattern}(?!\s|$)", r"@\1 ", prompt)
    rest = [f"@{name}" for name in known if name not in found]
    return " ".join([spaced.rstrip(), *rest]) if rest else spaced


def misnamed(request: Request) -> Iterator[tuple[str, str]]:
    """What is wrong with the names, as (parameter, what is wrong)."""
    inputs = fused(request)
    own = [one.name for one in inputs if one.name]
    for one in inputs:
        if one.name and (not GOOD.fullmatch(one.name) or len(one.name.encode()) > NAME_BYTES):
            told = f"the name {one.name!r} must be letters, digits and _, in {NAME_BYTES} bytes"
            yield one.parameter, told
        elif one.name and own.count(one.name) > 1:
            yield one.parameter, f"the name {one.name} is given twice"
    known = names(inputs)
    for name in dict.fromkeys(CALLED.findall(str(request.parameters.get("prompt") or ""))):
        # A script without spaces runs on after a name.
        if not any(name == one or (name.startswith(one) and not name.isascii()) for one in known):
            yield "prompt", f"it calls @{name}, and no input has that name"
