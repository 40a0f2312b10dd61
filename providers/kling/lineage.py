"""What stored metadata of Kling says, in both designs.

The shape: {"endpoint": "videos/video-extend", "request": {...}, "response": {...},
"task": {...}}; answers with or without their `data` envelope. The new design's endpoint ends
in the model, as in "image-to-video/kling-3.0".
"""

from collections.abc import Mapping

from providers.hint import Extraction
from providers.kling.rules import SERVICE
from providers.reading import read_metadata


def extract(metadata: Mapping[str, object]) -> Extraction:
    """Parents and facts of a Kling asset."""
    return read_metadata(SERVICE, metadata)
