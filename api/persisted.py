"""Persisted operations: a client sends the hash of a document instead of its text.

Automatic ones are learned from whoever sends hash and text together, each process for itself, and
those used longest ago are forgotten: a client that is told so sends the text again. Trusted ones
stand in a file, and can be made all that is run."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError

from api.operation import Operation
from settings import Settings, SettingsError

KEPT = 1000
KEPT_CHARACTERS = 32_768
EXTENSION = "persistedQuery"
VERSION = 1
_HASH = re.compile(r"[0-9a-f]{64}")


class Documents:
    """The documents known by their hashes."""

    def __init__(self, trusted: Mapping[str, str], *, only_trusted: bool) -> None:
        self._trusted = trusted
        self._only_trusted = only_trusted
        self._learned: OrderedDict[str, str] = OrderedDict()

    @classmethod
    def of(cls, chosen: Settings) -> "Documents":
        trusted = _read(chosen.trusted_documents) if chosen.trusted_documents else {}
        return cls(trusted, only_trusted=chosen.trusted_only)

    def resolved(self, operation: Operation) -> Operation:
        """The operation with its text; GraphQLError says why it has none, or may not run."""
        named = (operation.extensions or {}).get(EXTENSION)
        if named is not None:
            operation = replace(operation, query=self._text(_hash_in(named), operation.query))
        if self._only_trusted and hash_of(operation.query or "") not in self._trusted:
            raise _error("Only documents of the trusted list are run here.", "NOT_TRUSTED")
        return operation

    def _text(self, wanted: str, given: str | None) -> str:
        if not given:
            return self._known(wanted)
        if hash_of(given) != wanted:
            raise _error("`sha256Hash` is not the SHA-256 of `query` in UTF-8.", "BAD_REQUEST")
        if not self._only_trusted and len(given) <= KEPT_CHARACTERS:
            self._learn(wanted, given)
        return given

    def _known(self, wanted: str) -> str:
        if wanted in self._learned:
            self._learned.move_to_end(wanted)
        found = self._trusted.get(wanted) or self._learned.get(wanted)
        if found is None:
            # Clients know this message by its letters, and send the text along next.
            raise _error("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return found

    def _learn(self, number: str, text: str) -> None:
        self._learned[number] = text
        self._learned.move_to_end(number)
        if len(self._learned) > KEPT:
            self._learned.popitem(last=False)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash_in(named: Any) -> str:
    version = named.get("version") if isinstance(named, dict) else None
    number = named.get("sha256Hash") if isinstance(named, dict) else None
    if version != VERSION or not isinstance(number, str) or not _HASH.fullmatch(number):
        raise _error(
            "`extensions.persistedQuery` has version 1 and sha256Hash, 64 hexadecimal digits.",
            "BAD_REQUEST",
        )
    return number


def _read(path: Path) -> dict[str, str]:
    """An object of documents by their hashes, each of which is checked."""
    name = "PEDIGREE_TRUSTED_DOCUMENTS"
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SettingsError(f"{name}: {path} cannot be read as JSON: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise SettingsError(f"{name}: {path} must hold an object of documents by their SHA-256")
    for number, text in found.items():
        if hash_of(text) != number:
            raise SettingsError(f"{name}: {number} in {path} is not the SHA-256 of its document")
    return found


def _error(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
