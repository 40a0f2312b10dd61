"""Short texts that people type: checked, and stored in one form."""

import re

from graph.error import InvalidInput

NAME_MAX = 200
EMAIL_MAX = 254
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def checked_name(name: str, field: str = "name") -> str:
    """A name without space around it; refuses an empty, a long or an unprintable one."""
    trimmed = name.strip()
    if not trimmed:
        raise InvalidInput(field, "must not be empty")
    if len(trimmed) > NAME_MAX:
        raise InvalidInput(field, f"must have at most {NAME_MAX} characters, got {len(trimmed)}")
    if not trimmed.isprintable():
        raise InvalidInput(field, "must be one line without control characters")
    return trimmed


def checked_email(email: str, field: str = "email") -> str:
    """An address in lower case, so that one person is not two."""
    address = email.strip().lower()
    if len(address) > EMAIL_MAX or not address.isprintable() or not _EMAIL.fullmatch(address):
        raise InvalidInput(field, "is not an email address", "write it as name@example.org")
    return address
