"""The house keeps its order: who may import whom, and what every file must be."""

import ast
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.catalog import QUERIES
from settings import ROOT, Settings, environment_name

MAY_IMPORT = {
    "api": {"workers", "planning", "graph", "providers", "media"},
    "workers": {"planning", "graph", "providers", "media"},
    "planning": {"graph"},
    "graph": {"cypher"},
    "providers": set[str](),
    "media": set[str](),
    "cypher": set[str](),
    "embedded": set[str](),
    "telemetry": set[str](),
}
# These may be used from anywhere, as settings may.
ANYWHERE = {"telemetry"}
ROOMS = {*MAY_IMPORT, "cli"}
HOLDERS = {
    "neo4j": {"graph"},
    "starlette": {"api", "cli"},
    "strawberry": {"api", "cli"},
    "graphql": {"api", "cli"},
    "dramatiq": {"workers", "cli"},
    "obstore": {"media"},
    "prometheus_client": {"telemetry"},
    "opentelemetry": {"telemetry"},
}
LONGEST = 400
CYPHER = re.compile(r"\b(MATCH|MERGE|UNWIND) +[(\[$a-z]")
NOT_OURS = {".venv", "node_modules", ".git", ".pedigree", "dist"}
Finding = tuple[str, int, str]


def files(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.rglob(pattern))
    return [path for path in found if not NOT_OURS & set(path.relative_to(ROOT).parts)]


def modules(room: str) -> list[Path]:
    return files(ROOT / room, "*.py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """What a file imports, also within its functions; a relative import is of its own room."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, str(node.module)


def room_imports() -> list[tuple[str, Path, int, str]]:
    return [
        (room, path, line, name)
        for room in sorted(ROOMS)
        for path in modules(room)
        for line, name in imports(path)
    ]


def test_the_rooms_are_there() -> None:
    assert len(room_imports()) > 100
    assert {room for room, *_ in room_imports()} >= {"api", "graph", "media", "providers"}


def test_imports_between_rooms_run_one_way() -> None:
    wrong = [
        f"{short(path)}:{line} imports {name}"
        for room, path, line, name in room_imports()
        if (target := name.partition(".")[0]) in ROOMS
        and room != "cli"
        and target not in MAY_IMPORT[room] | {room} | ANYWHERE
    ]
    assert not wrong


def test_no_room_imports_tests_or_bench() -> None:
    wrong = [
        f"{short(path)}:{line} imports {name}"
        for room, path, line, name in room_imports()
        if name.partition(".")[0] in {"tests", "bench"} and room != "cli"
    ]
    assert not wrong


def test_a_foreign_library_stays_in_its_room() -> None:
    wrong = [
        f"{short(path)}:{line} imports {name}"
        for room, path, line, name in room_imports()
        if room not in HOLDERS.get(name.partition(".")[0], {room})
    ]
    assert not wrong


def test_planning_takes_only_classes_from_graph() -> None:
    wrong = [
        f"{short(path)}:{node.lineno} imports {alias.name}"
        for path in modules("planning")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "graph"
        for alias in node.names
        if not inspect.isclass(getattr(importlib.import_module(str(node.module)), alias.name))
    ]
    assert not wrong


def nouns() -> list[Path]:
    apart = {"fragment", "migration", "__pycache__"}
    return [p for p in (ROOT / "cypher").iterdir() if p.is_dir() and p.name not in apart]


def test_every_noun_has_its_module() -> None:
    assert nouns()
    assert not [noun.name for noun in nouns() if not (ROOT / "graph" / f"{noun.name}.py").exists()]


def query_calls() -> list[tuple[Path, str, str]]:
    """Every `NAME = query("noun/verb")` of the graph room: file, name, query."""
    return [
        (path, node.targets[0].id, node.value.args[0].value)
        for path in modules("graph")
        for node in tree(path).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "query"
        and isinstance(node.value.args[0], ast.Constant)
        and isinstance(node.value.args[0].value, str)
    ]


def test_query_is_called_in_no_other_way() -> None:
    """So the next tests see every call."""
    calls = [
        short(path)
        for room in sorted(ROOMS)
        for path in modules(room)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "query"
        and room in {"graph", "api", "workers", "cli"}
    ]
    assert Counter(calls) == Counter(short(path) for path, _, _ in query_calls())


def test_every_query_file_is_loaded_once_by_the_module_of_its_noun() -> None:
    steps = {name for name in QUERIES if re.match(r"migration/\d{4}_", name)}
    loaded = Counter((name, path.stem) for path, _, name in query_calls())
    assert loaded == Counter((name, name.partition("/")[0]) for name in QUERIES.keys() - steps)


def test_every_loaded_query_is_run() -> None:
    idle = [
        f"{short(path)}: {constant}"
        for path, constant, _ in query_calls()
        if not any(
            isinstance(node, ast.Name) and node.id == constant and isinstance(node.ctx, ast.Load)
            for node in ast.walk(tree(path))
        )
    ]
    assert not idle


def queries() -> list[Path]:
    return [path for path in files(ROOT / "cypher", "*.cypher") if path.parent.name != "fragment"]


def head(path: Path, mark: str) -> str:
    """The header lines that begin with a mark, without it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    said = (line.removeprefix("//").strip() for line in lines if line.startswith("//"))
    return " ".join(line.removeprefix(mark) for line in said if line.startswith(mark))


@pytest.mark.parametrize("path", queries(), ids=short)
def test_a_query_says_what_it_answers_and_what_it_takes(path: Path) -> None:
    name = path.relative_to(ROOT / "cypher").with_suffix("").as_posix()
    found = QUERIES[name]
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert re.fullmatch(r"// [A-Z].*", first), "opens with a sentence"
    assert not first.startswith("// Slots")
    assert found.parameters == set(re.findall(r"\$(\w+)", found.text)), "parameters"
    told = head(path, "Slots: ").partition("(")[0].strip(" .")
    slots = set(re.findall(r"<<(\w+)>>", found.text))
    assert {name for name in re.split(", | and ", told) if name} == slots, "slots"
    assert bool(found.columns) == bool(re.search(r"\bRETURN\b", found.text)), "columns"


def top_level(text: str) -> list[str]:
    """The items of a Cypher list, which may hold lists and calls."""
    depth, items = 0, [""]
    for letter in text:
        depth += (letter in "[({") - (letter in "])}")
        if letter == "," and depth == 0:
            items.append("")
        else:
            items[-1] += letter
    return [item.strip() for item in items]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def fragments() -> list[tuple[str, str, str]]:
    """Fragments that list a class's columns: file, class, columns."""
    found = []
    for path in files(ROOT / "cypher" / "fragment", "*.cypher"):
        text = path.read_text(encoding="utf-8")
        if told := re.search(r"The columns of (graph\.\w+\.\w+)", text):
            body = "".join(line for line in text.splitlines() if not line.startswith("//"))
            found.append((short(path), told[1], body.strip()[1:-1]))
    return found


@pytest.mark.parametrize(("path", "owner", "body"), fragments(), ids=lambda value: value[:40])
def test_a_fragment_lists_the_fields_of_its_class(path: str, owner: str, body: str) -> None:
    module, _, name = owner.rpartition(".")
    fields = getattr(importlib.import_module(module), name).__match_args__
    columns = top_level(body)
    assert len(columns) == len(fields)
    plain = {i: c for i, c in enumerate(columns) if re.fullmatch(r"node\.\w+(\.epochMillis)?", c)}
    known = {camel(field) for field in fields}
    for index, column in plain.items():
        said = column.split(".")[1]
        assert said == camel(fields[index]) or said not in known, f"{column} at {fields[index]}"


def test_fragments_are_found() -> None:
    assert {owner for _, owner, _ in fragments()} >= {"graph.asset.Asset", "graph.lineage.Edge"}


def strings(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_every_query_is_a_file_in_cypher() -> None:
    wrong = [
        f"{short(path)}:{line}"
        for room in sorted(ROOMS - {"cypher"})
        for path in modules(room)
        for line, value in strings(path)
        if CYPHER.search(value)
    ]
    assert not wrong
    assert CYPHER.search("MATCH (a)"), "the rule itself still works"


def test_no_file_is_long() -> None:
    kinds = ("*.py", "*.cypher", "*.ts", "*.tsx")
    long = {
        short(path): lines
        for kind in kinds
        for path in files(ROOT, kind)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_every_module_says_what_it_is() -> None:
    paths = [ROOT / "settings.py", *(p for room in sorted(ROOMS) for p in modules(room))]
    assert not [short(path) for path in paths if not ast.get_docstring(tree(path))]


def is_described(node: ast.ClassDef) -> bool:
    """By a docstring, by its description in the schema, or as a part of the schema's root."""
    calls = (d for d in node.decorator_list if isinstance(d, ast.Call))
    described = any(k.arg == "description" for call in calls for k in call.keywords)
    root = any(ast.unparse(d) == "strawberry.type" for d in node.decorator_list)
    return described or root or bool(ast.get_docstring(node))


def test_every_public_class_says_what_it_is() -> None:
    wrong = [
        f"{short(path)}:{node.lineno} {node.name}"
        for room in sorted(ROOMS)
        for path in modules(room)
        for node in tree(path).body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and not is_described(node)
    ]
    assert not wrong


def test_every_test_file_mirrors_a_module() -> None:
    wrong = [
        short(path)
        for room in sorted(ROOMS)
        for path in files(ROOT / "tests" / room, "test_*.py")
        if not any(f"{path.stem}_".startswith(f"test_{name}_") for name in names_in(room))
    ]
    assert not wrong


def names_in(room: str) -> set[str]:
    """Modules of a room, one in a folder named with it: `kling_lineage`. A test of one aspect
    of a module adds it: `test_extraction_properties`."""
    inner = (path.relative_to(ROOT / room).with_suffix("") for path in modules(room))
    return {"_".join(part for part in path.parts if part != "__init__") for path in inner} - {""}


def test_the_readme_lists_every_setting() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [
        name for name in map(environment_name, Settings.model_fields) if f"`{name}`" not in text
    ]
