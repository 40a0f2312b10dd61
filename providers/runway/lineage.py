"""What stored metadata of Runway says.

The shape: {"endpoint": "image_to_video", "request": {...}, "response": {...}, "task": {...}},
where `task` is the task object as read at the end.
"""

from collections.abc import Mapping

from providers.hint import Extraction
from providers.reading import read_metadata
from providers.runway.rules import SERVICE


def extract(metadata: Mapping[str, object]) -> Extraction:
    """Parents and facts of a Runway asset."""
    return read_metadata(SERVICE, metadata)
