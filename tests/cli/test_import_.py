"""`pedigree import` and `pedigree export` as a user meets them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from cli.main import main
from embedded.services import Services
from graph.identifier import new_id
from tests.embedded.process import spawned
from tests.workers.importing import asset, edge, parent, text

GOOD = [asset("a", name="a"), asset("b", name="b", parents=[parent("a")])]


@pytest.fixture
def home(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The id of a workspace of its own, and an environment that leads to it."""
    for name, value in services.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PEDIGREE_DATA_DIR", str(tmp_path / "data"))
    email = f"{new_id()}@example.org"
    made = run("token", "create", email)
    assert made.exit_code == 0, made.output
    return f"Workspace of {email}"


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=given)


def bring_in(home: str, source: Path | str, *options: str, given: bytes | None = None) -> Result:
    return run("import", str(source), "--workspace", home, *options, given=given)


def exported(home: str) -> list[dict[str, str]]:
    result = run("export", "workspace", "--workspace", home)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_file_is_imported_once(home: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.ndjson"
    path.write_bytes(text(GOOD))
    for _ in range(2):
        result = bring_in(home, path)
        assert result.exit_code == 0, result.output
        assert result.stdout == (
            "2 lines: 2 assets new, 0 found; 1 edges new, 0 found; 0 problems\n"
        )
    assert [line["type"] for line in exported(home)] == ["asset", "asset", "edge"]


def test_bad_lines_are_told_and_make_it_fail(home: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.ndjson"
    path.write_bytes(text([*GOOD, b"{", edge("a", "b")]))
    result = bring_in(home, path)
    assert result.exit_code == 1
    assert "line 3: is no JSON" in result.stderr
    assert "line 4: parent: the parent was itself made from the child" in result.stderr
    assert result.stdout.endswith("2 problems\n")


def test_standard_input_goes_on_under_its_key(home: str) -> None:
    first = bring_in(home, "-", "--key", "mine", given=text(GOOD[:1]))
    assert first.exit_code == 0, first.output
    both = bring_in(home, "-", "--key", "mine", given=text(GOOD))
    assert "2 assets new" in both.stdout


def test_a_folder_is_imported(home: str, tmp_path: Path) -> None:
    folder = tmp_path / "output"
    folder.mkdir()
    Image.effect_noise((32, 32), 80).save(folder / "a.png")
    (folder / "b.txt").write_text("no picture")
    result = bring_in(home, folder)
    assert result.exit_code == 0, result.output
    assert "b.txt: The file is not an image" in result.stderr
    assert result.stdout.startswith("2 files: 1 assets new, 0 found")
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes()[:60])
    again = bring_in(home, folder)
    assert again.exit_code == 1
    assert "0 assets new, 1 found" in again.stdout


@pytest.mark.parametrize("name", ["nowhere", None])
def test_a_workspace_that_is_not_clear_is_asked_for(
    home: str, tmp_path: Path, name: str | None
) -> None:
    assert run("token", "create", f"{new_id()}@example.org").exit_code == 0
    path = tmp_path / "lines.ndjson"
    path.write_bytes(b"")
    named = [] if name is None else ["--workspace", name]
    result = run("import", str(path), *named)
    assert result.exit_code == 2
    wanted = "there is no workspace 'nowhere'" if name else "name one with --workspace"
    assert wanted in result.stderr


def test_a_file_that_is_not_there_is_told(home: str) -> None:
    result = bring_in(home, "missing.ndjson")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_an_export_is_whole_or_not_there(home: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.ndjson"
    path.write_bytes(text(GOOD))
    bring_in(home, path)
    for form, start in (("ndjson", b'{"type":"asset"'), ("csv", b"id,workspace_id,media_type")):
        out = tmp_path / f"out.{form}"
        result = run("export", "workspace", "--workspace", home, "--format", form, "-o", str(out))
        assert result.exit_code == 0, result.output
        assert out.read_bytes().startswith(start)
        assert not list(tmp_path.glob("*.part"))


def test_the_schema_is_printed_without_a_server() -> None:
    with spawned("-m", "cli.main", "export", "schema", NEO4J_URI="bolt://127.0.0.1:1") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "type Query" in said
