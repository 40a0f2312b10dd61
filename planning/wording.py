"""Words and shapes for a picture of a subject where no workflow says them."""

from collections.abc import Mapping

SQUARE = (512, 512)
SHAPES = {"portrait": SQUARE, "sprite": (384, 512), "backdrop": (768, 432), "item": SQUARE}
PROMPT_MAX = 2_000


def described(fields: Mapping[str, str], slot: str, prompt: str | None) -> str:
    """What a picture of the subject in this slot is to show; what was typed comes first."""
    traits = [
        f"{name.partition('.')[2]} {value}"
        for name, value in fields.items()
        if name.startswith(("attributes.", "parts.")) and value
    ]
    parts = [prompt, fields.get("name"), fields.get("description"), *traits]
    words = slot.removeprefix("custom:")
    told = [part.strip().rstrip(".") for part in parts if part and part.strip()]
    return ", ".join([*told, words])[:PROMPT_MAX]


def shape_of(slot: str) -> tuple[int, int]:
    """Width and height in pixels."""
    return SHAPES.get(slot, SQUARE)
