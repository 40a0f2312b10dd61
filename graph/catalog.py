"""Loads every query file once, at import, and renders the few that need literals.

A file opens with comment lines: what it answers, `// $parameter` names, `// -> columns`.
`<<name>>` is replaced by a checked literal or by a fragment from `cypher/fragment/`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import LiteralString

import cypher

FOLDER = Path(cypher.__file__).parent
_SLOT = re.compile(r"<<(\w+)(?: (\w+))?>>")
_SAFE = re.compile(r"[\w|, ]*")


@dataclass(frozen=True)
class Query:
    """A named query; `text` still has the slots that `render` fills."""

    name: str
    text: str
    parameters: frozenset[str]
    columns: tuple[str, ...]

    def render(self, **literals: str | int) -> LiteralString:
        """The text to send, each slot filled with a checked literal."""
        return _render(self, tuple(sorted(literals.items())))


@cache
def _render(query: Query, literals: tuple[tuple[str, str | int], ...]) -> LiteralString:
    given = {name: str(value) for name, value in literals}
    for value in given.values():
        if not _SAFE.fullmatch(value):
            raise ValueError(f"unsafe literal for {query.name}: {value!r}")
    return _SLOT.sub(lambda slot: given[slot[1]], query.text)


def _read(path: Path) -> Query:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line.removeprefix("//").strip() for line in lines if line.startswith("//")]
    body = "\n".join(line for line in lines if not line.startswith("//")).strip()
    name = path.relative_to(FOLDER).with_suffix("").as_posix()
    parameters = frozenset(re.findall(r"\$(\w+)", " ".join(x for x in head if x.startswith("$"))))
    columns = tuple(
        re.findall(r"\w+", " ".join(x.removeprefix("->") for x in head if x.startswith("->")))
    )
    return Query(name, _SLOT.sub(_fragment, body), parameters, columns)


def _fragment(slot: re.Match[str]) -> str:
    """`<<asset b>>` becomes the fragment `asset` with its `node` named `b`."""
    if slot[2] is None:
        return slot[0]
    text = (FOLDER / "fragment" / f"{slot[1]}.cypher").read_text(encoding="utf-8")
    body = " ".join(line.strip() for line in text.splitlines() if not line.startswith("//"))
    return re.sub(r"\bnode\b", slot[2], body)


QUERIES: dict[str, Query] = {
    query.name: query
    for query in map(_read, sorted(FOLDER.rglob("*.cypher")))
    if not query.name.startswith("fragment/")
}


def query(name: str) -> Query:
    """The query of that name; a missing file stops the import."""
    return QUERIES[name]
