"""Writes the tables of the documentation from the code: `python -m docs.tables`."""

from collections.abc import Sequence
from pathlib import Path

from pydantic.fields import FieldInfo

from cli.main import COMMANDS
from graph.edge import CATALOGUE, MediaType
from graph.role import PERMISSIONS, Permission
from settings import ROOT, Settings, environment_name

DEFAULTS = {"data_dir": "`.pedigree` in the repository", "cache_dir": "`~/.cache/pedigree`"}
README = ROOT / "README.md"
CONCEPTS = ROOT / "docs" / "concepts.md"


def settings_table() -> str:
    """Every setting: its variable, its default, its meaning."""
    rows = [
        (f"`{environment_name(field)}`", DEFAULTS.get(field) or default(info), info.description)
        for field, info in Settings.model_fields.items()
    ]
    return table(("Variable", "Default", "Meaning"), rows)


def default(info: FieldInfo) -> str:
    """A default as it would be written into the environment; empty for what is unset."""
    text = str(info.get_default(call_default_factory=True))
    if text in ("None", "", "()", "frozenset()") or "**" in text:
        return ""
    return f"`{text.lower()}`" if isinstance(info.default, bool) else f"`{text}`"


def command_table() -> str:
    """Every command, and what it does."""
    rows = [(f"`pedigree {name}`", entry.summary) for name, entry in COMMANDS.items()]
    return table(("Command", "What it does"), rows)


def edge_table() -> str:
    """Every kind of edge: its meaning, and what it joins."""
    rows = [
        (f"`{kind}`", row.meaning, media(row.parent), media(row.child))
        for kind, row in CATALOGUE.items()
    ]
    return table(("Kind", "What the parent was to the child", "Parent", "Child"), rows)


def media(types: frozenset[MediaType]) -> str:
    """The media types an edge may join, in their usual order."""
    return (
        "any" if types == set(MediaType) else ", ".join(m.lower() for m in MediaType if m in types)
    )


def role_table() -> str:
    """Every role, and what it may do."""
    rows = [
        (f"`{role}`", *("yes" if permission in allowed else "" for permission in Permission))
        for role, allowed in PERMISSIONS.items()
    ]
    return table(("Role", *(permission.capitalize() for permission in Permission)), rows)


def table(head: tuple[str, ...], rows: Sequence[tuple[str | None, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


TABLES = {
    (README, "commands"): command_table,
    (README, "settings"): settings_table,
    (CONCEPTS, "edges"): edge_table,
    (CONCEPTS, "roles"): role_table,
}


def filled(path: Path) -> str:
    """The text of a page with its tables as they are to be now."""
    text = path.read_text(encoding="utf-8")
    for (owner, name), make in TABLES.items():
        if owner == path:
            opening, closing = f"<!-- {name}: by docs/tables.py -->", f"<!-- /{name} -->"
            before, found, rest = text.partition(opening)
            _, ended, after = rest.partition(closing)
            if not found or not ended:
                raise ValueError(f"{path.name} has no place for the table {name}")
            text = f"{before}{opening}\n\n{make()}\n\n{closing}{after}"
    return text


if __name__ == "__main__":
    for page in dict.fromkeys(path for path, _ in TABLES):
        page.write_text(filled(page), encoding="utf-8")
