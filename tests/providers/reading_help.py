"""Short forms of what an extraction says, to compare whole."""

import base64
import hashlib
from typing import Any

from providers.hint import Extraction, ParentHint

Body = dict[str, Any]
Brief = tuple[str, str, str | None, str | None]

PICTURE = bytes(range(200))
PICTURE_BASE64 = base64.b64encode(PICTURE).decode()
PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()


def brief(hint: ParentHint) -> Brief:
    """Kind, medium, id space and whichever way the parent can be found."""
    found = hint.reference
    return (
        hint.kind,
        hint.media_type,
        found.id_kind,
        found.id or found.url or found.file or found.sha256,
    )


def briefs(extraction: Extraction) -> list[Brief]:
    assert [hint.sequence for hint in extraction.parents] == list(range(len(extraction.parents)))
    assert all(hint.operation == extraction.operation for hint in extraction.parents)
    return [brief(hint) for hint in extraction.parents]
