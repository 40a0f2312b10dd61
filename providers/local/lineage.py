"""What stored metadata of the built-in provider says.

The shape: {"request": {"operation": "text_to_image", "prompt": ..., "seed": ...}}, as a picture
made here carries it too.
"""

from collections.abc import Mapping

from providers.hint import Extraction
from providers.value import mapping, parsed, text, whole

NAME_LIMIT = 200


def extract(metadata: Mapping[str, object]) -> Extraction:
    """Facts of an asset that was made here. Its parents were recorded, so it names none."""
    request = mapping(parsed(metadata.get("request", metadata)))
    return Extraction(
        operation=text(request.get("operation"), NAME_LIMIT),
        prompt=text(request.get("prompt")),
        negative_prompt=text(request.get("negativePrompt")),
        seed=whole(request.get("seed")),
        model=text(request.get("model"), NAME_LIMIT),
    )
