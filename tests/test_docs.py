"""What is written for people is true: tables, queries, links, and no machine's own names."""

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graphql
import httpx
import pytest
from graphql.execution.values import get_variable_values

from api.app import create_app
from api.schema import schema
from cli.demo import load
from cli.main import COMMANDS
from docs.drawing import Card, Line, draw
from docs.layout import arrange
from docs.tables import TABLES, filled
from embedded.services import Services
from graph.edge import CATALOGUE, EdgeKind
from graph.generation import Failure
from graph.provider import ProviderState
from providers.registry import plugins
from settings import ROOT, Settings, environment_name

SCHEMA = schema._schema
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BESIDE = re.compile(r"\s*^```json\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?:\]\(|\bsrc=\")([^)\s\"]+)")
HOME = re.compile(r"(?<![\w.~$}/])/(?:work|root|home|Users|private|mnt)/[\w.-]+")
TEMPORARY = re.compile(r"(?<![\w.])/tmp/[\w.-]+")
REGISTRY = re.compile(
    r"https?://[^\s\"'/]*(?:pypi|pythonhosted|npmjs|nexus|artifactory|jfrog|devpi|verdaccio)"
    r"|(?:--(?:extra-)?index-url|--registry)[ =]\S",
    re.IGNORECASE,
)
BUILT = ("web/graphiql/dist/", "LICENSE")


def tracked() -> list[Path]:
    """The files of the repository: those committed, and those that would be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Snippet:
    """A GraphQL snippet, and the JSON that comes straight after it: variables, or an answer."""

    where: str
    query: str
    beside: dict[str, Any]

    @property
    def variables(self) -> dict[str, Any]:
        return {} if "data" in self.beside else self.beside


def snippets() -> Iterator[Snippet]:
    for path in pages():
        whole = text(path)
        for fence in FENCE.finditer(whole):
            if fence[1] == "graphql":
                line = whole[: fence.start()].count("\n") + 1
                following = BESIDE.match(whole, fence.end())
                beside = json.loads(following[1]) if following else {}
                yield Snippet(f"{short(path)}:{line}", fence[2], beside)


SNIPPETS = list(snippets())


@pytest.mark.parametrize("page", dict.fromkeys(path for path, _ in TABLES), ids=short)
def test_tables_are_of_the_code(page: Path) -> None:
    assert text(page) == filled(page), "run `python -m docs.tables`"


def test_the_tables_hold_everything() -> None:
    readme, concepts = text(ROOT / "README.md"), text(ROOT / "docs" / "concepts.md")
    for field, info in Settings.model_fields.items():
        assert f"| `{environment_name(field)}` |" in readme
        assert f"| {info.description} |" in readme
    for kind in EdgeKind:
        assert f"| `{kind}` | {CATALOGUE[kind].meaning} |" in concepts


def test_every_failure_and_state_is_explained() -> None:
    page = text(ROOT / "docs" / "generation.md")
    for member in (*Failure, *ProviderState):
        assert f"| `{member}` |" in page
    readme = text(ROOT / "README.md")
    for name in plugins():
        assert f"| `{name}` |" in readme


def test_queries_are_there() -> None:
    assert sum(one.where.startswith("docs/queries.md") for one in SNIPPETS) >= 12
    assert any(one.where.startswith("README.md") for one in SNIPPETS)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda one: one.where)
def test_queries_fit_the_schema(snippet: Snippet) -> None:
    document = graphql.parse(snippet.query)
    assert graphql.validate(SCHEMA, document) == []
    operation = graphql.get_operation_ast(document)
    assert operation is not None
    assert operation.name is not None, "an unnamed operation makes an unnamed tab"
    given = snippet.variables
    coerced = get_variable_values(SCHEMA, operation.variable_definitions or (), given)
    assert not isinstance(coerced, list), coerced
    assert set(coerced.coerced) == set(given)


async def ask(settings: Settings, secret: str, query: str) -> Any:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        headers = {"Authorization": f"Bearer {secret}"}
        return (await client.post("/graphql", json={"query": query}, headers=headers)).json()


@pytest.mark.timeout(300)  # it draws the demonstration's clips
def test_the_demonstration_answers_as_the_readme_says(
    config: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDIGREE_DATA_DIR", str(config.data_dir))
    told = [one for one in SNIPPETS if one.where.startswith("README.md")]
    secret = load(services)
    for one in told:
        assert asyncio.run(ask(services.applied(config), secret, one.query)) == one.beside


def anchors(path: Path) -> set[str]:
    """The anchors that headings make."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", pages(), ids=short)
def test_links_lead_somewhere(page: Path) -> None:
    wrong = []
    for target in LINK.findall(FENCE.sub("", text(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        aim = (page.parent / name).resolve() if name else page
        if not aim.exists() or (anchor and anchor not in anchors(aim)):
            wrong.append(target)
    assert not wrong


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = LINK.findall(text(folder / "README.md"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")), ids=short)
def test_a_decision_has_its_parts(page: Path) -> None:
    heads = re.findall(r"^## (.+)$", text(page), re.MULTILINE)
    assert heads == ["Context", "Decision", "Consequences"]
    assert re.match(rf"# {page.name[:4]}: ", text(page))


def test_the_readme_names_every_command_and_target() -> None:
    readme = text(ROOT / "README.md")
    assert not [name for name in COMMANDS if f"`pedigree {name}" not in readme]
    targets = set(re.findall(r"\bmake ([a-z]+)\b", "".join(f[2] for f in FENCE.finditer(readme))))
    assert targets >= {"run", "test"}
    known = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert targets <= known


def named(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        if short(path).startswith(BUILT) or path == Path(__file__).resolve():
            continue
        try:
            lines = text(path).splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{short(path)}:{number}: {match[0]}"
            for number, line in enumerate(lines, 1)
            for match in pattern.finditer(line)
        ]
    return found


@pytest.mark.parametrize("pattern", [HOME, TEMPORARY, REGISTRY], ids=["home", "tmp", "registry"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    assert not named(pattern)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (HOME, "see /work/notes"),
        (HOME, "in '/root/x'"),
        (TEMPORARY, "cd /tmp/thing"),
        (REGISTRY, "https://files.pythonhosted.org/packages"),
        (REGISTRY, "--index-url http://mirror.example"),
    ],
)
def test_those_rules_would_find_one(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_a_drawn_lineage_has_every_card_and_kind() -> None:
    cards = [Card(i, f"Asset <{i}>", "VIDEO", "compose", None) for i in "abcd"]
    lines = [
        Line("a", "b", "SOURCE_VIDEO", "RECORDED"),
        Line("b", "c", "VIDEO_CLIP", "CLAIMED"),
        Line("a", "c", "LAST_FRAME", "INFERRED"),
        Line("d", "c", "MASK", "EXTRACTED"),
    ]
    drawn = draw(cards, lines, "A & B")
    assert all(f"Asset &lt;{i}&gt;" in drawn for i in "abcd")
    assert all(
        f">{kind}<" in drawn for kind in ("source video", "video clip", "last frame", "mask")
    )
    assert "<title>A &amp; B</title>" in drawn


def test_parents_stand_above_their_children() -> None:
    pairs = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    layout = arrange("abcd", pairs)
    row = {id_: number for number, ids in enumerate(layout.rows) for id_ in ids}
    assert all(row[parent] < row[child] for parent, child in pairs)
    assert row["d"] == row["c"] - 1, "an origin stands right above its child"
    assert [row[id_] for id_ in layout.ways["a", "c"]] == [0, 1, 2]
