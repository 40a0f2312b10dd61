"""What stored metadata of PixVerse says.

Three shapes are read, the first that is there, on top or under `media_metadata`:

1. What enrichment keeps with an asset (ids as numbers or text; a URL may stand for an id):
   {"pixverse_transition": {"images": [{"img_id", "url", "prompt", "duration"}, ...]}}
   {"pixverse_fusion": {"references": [{"type": "subject" | "background" | other, "ref_name",
    "img_id" | "video_id" | "media_id", "url"}, ...]}}
   {"pixverse_extend": {"source_video_id" | "original_video_id" | "video_media_id",
    "source_video_url" | "original_video_url",
    "source_video_duration" | "original_video_duration"}}
2. {"endpoint": "video/extend/generate", "request": {...}, "response": {...}, "task": {...}}
3. The body of a request alone; which call it was is told from its fields.
"""

from collections.abc import Mapping
from dataclasses import replace

from providers.hint import Extraction
from providers.pixverse.rules import FORMS, SERVICE
from providers.reading import read_record
from providers.record import Record, open_record
from providers.value import mapping, parsed


def extract(metadata: Mapping[str, object]) -> Extraction:
    """Parents and facts of a PixVerse asset."""
    problems: list[str] = []
    inner = mapping(parsed(metadata.get("media_metadata"))) or metadata
    form = next((name for name in FORMS if inner.get(name)), None)
    if form:
        return read_record(SERVICE, _form_record(form, inner, problems), problems)
    return read_record(SERVICE, _typed(open_record(SERVICE, inner, problems)), problems)


def _form_record(name: str, metadata: Mapping[str, object], problems: list[str]) -> Record:
    """The kept form tells the parents; whatever stands beside it fills in the facts."""
    kept = mapping(parsed(metadata[name]))
    if not kept:
        problems.append(f"{name} is not an object; its inputs were not read.")
    call = open_record(SERVICE, metadata, [])
    beside = call.request if "request" in metadata else metadata
    return replace(call, endpoint=SERVICE.endpoints[name], request={**beside, **kept})


def _typed(record: Record) -> Record:
    """Only the answer to an upload says whether the file is sound or video."""
    media_type = record.answer.get("media_type")
    if media_type is None:
        return record
    return replace(record, request={**record.request, "media_type": media_type})
