"""What stored metadata of Runway says.

The shape: {"endpoint": "image_to_video", "request": {...}, "response": {...}, "task": {...}},
where `task` is the task object as read at the end.
"""

from collections.abc import Mapping
from dataclasses import replace

from providers.hint import Extraction
from providers.reading import read_record
from providers.record import open_record
from providers.runway.models import operation_of
from providers.runway.rules import ENDPOINTS, SERVICE


def extract(metadata: Mapping[str, object]) -> Extraction:
    """Parents and facts of a Runway asset. Several operations may share an address; which one
    it was, the rest of the request tells."""
    problems: list[str] = []
    record = open_record(SERVICE, metadata, problems)
    key = record.name, operation_of(record.name, record.request)
    asked = replace(record, endpoint=ENDPOINTS.get(key, record.endpoint))
    return read_record(SERVICE, asked, problems)
