"""Slots: what a picture of a subject is used as."""

from graph.error import InvalidInput

SLOTS = ("portrait", "sprite", "backdrop", "item")
CUSTOM = "custom:"
NAME_MAX = 60


def checked_slot(slot: str, field: str = "slot") -> str:
    """One of the four, or a custom one by its name, such as `custom:tavern sign`."""
    if slot in SLOTS:
        return slot
    name = slot.removeprefix(CUSTOM).strip()
    if slot.startswith(CUSTOM) and name and len(name) <= NAME_MAX and name.isprintable():
        return CUSTOM + name
    known = ", ".join(SLOTS)
    raise InvalidInput(
        field, "is no slot", f"use {known}, or custom: with a name of at most {NAME_MAX} characters"
    )
