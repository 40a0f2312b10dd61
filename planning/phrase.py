"""Texts with places to fill: `{description}, portrait`. Two braces stand for one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from graph.error import InvalidInput

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
BRACES = {"{{": "{", "}}": "}"}


@dataclass(frozen=True)
class Phrase:
    """Pieces in order: each a text, or the name of what goes there."""

    pieces: tuple[tuple[str, bool], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What it asks for, each once."""
        return tuple(dict.fromkeys(text for text, named in self.pieces if named))

    @classmethod
    def read(cls, field: str, text: str) -> Self:
        """Refuses a brace that opens or closes nothing."""
        pieces = _pieces(text)
        if pieces is None:
            raise InvalidInput(
                field, "has a brace that opens or closes nothing", "write {{ and }} for braces"
            )
        return cls(pieces)

    def filled(self, values: Mapping[str, str]) -> str:
        return "".join(values[text] if named else text for text, named in self.pieces)


@lru_cache(maxsize=256)
def _pieces(text: str) -> tuple[tuple[str, bool], ...] | None:
    found: list[tuple[str, bool]] = []
    for piece in _PIECE.finditer(text):
        whole, name = piece[0], piece[1]
        if name is not None:
            found.append((name.strip(), True))
        elif whole in {"{", "}"}:
            return None
        else:
            found.append((BRACES.get(whole, whole), False))
    return tuple(found)
