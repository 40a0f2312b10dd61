"""Lineage as files, streamed."""

import csv
import io
import json

import pytest

from api.export import COLUMNS
from tests.api.conftest import Client, People
from tests.api.test_lineage import LINK, chain, edge, made

pytestmark = pytest.mark.anyio


async def test_descendants_as_csv_and_ancestors_as_ndjson(people: People) -> None:
    ids = await chain(people.editor, 4)
    table = await _get(people.viewer, f"{ids[0]}.csv")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["depth"], row["id"]) for row in rows] == [
        ("1", ids[1]),
        ("2", ids[2]),
        ("3", ids[3]),
    ]
    assert tuple(rows[0]) == COLUMNS
    lines = await _get(people.viewer, f"{ids[3]}.ndjson?direction=parents")
    found = [json.loads(line) for line in lines.splitlines()]
    assert [one["id"] for one in found] == [ids[2], ids[1], ids[0]]


async def test_a_name_is_never_a_formula(people: People) -> None:
    parent = await made(people.editor, "parent")
    child = await made(people.editor, '=HYPERLINK("http://x")')
    await people.editor.ask(LINK, edges=[edge(child, parent)])
    rows = list(csv.DictReader(io.StringIO(await _get(people.viewer, f"{parent}.csv"))))
    assert rows[0]["name"].startswith("'=")


@pytest.mark.parametrize(
    ("query", "status"),
    [("?direction=up", 400), ("?kinds=NONE", 400), ("?asOf=yesterday", 400), ("", 200)],
)
async def test_wrong_questions_are_told(people: People, query: str, status: int) -> None:
    parent = await made(people.editor, "parent")
    url = f"/export/lineage/{parent}.csv{query}"
    answer = await people.viewer.http.get(url, headers=people.viewer.headers)
    assert answer.status_code == status


async def test_it_is_for_members_only(people: People) -> None:
    parent = await made(people.editor, "parent")
    url = f"/export/lineage/{parent}.csv"
    http = people.viewer.http
    assert (await http.get(url)).status_code == 401
    assert (await http.get(url, headers=people.stranger.headers)).status_code == 404
    assert (await http.get(f"{url}x", headers=people.viewer.headers)).status_code == 404


async def _get(who: Client, path: str) -> str:
    answer = await who.http.get(f"/export/lineage/{path}", headers=who.headers)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_workspace_comes_out_as_lines_and_as_a_table(people: People) -> None:
    ids = await chain(people.editor, 3)
    who = people.viewer
    answer = await who.http.get("/export/assets.ndjson", headers=who.headers)
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert set(ids) <= {line["key"] for line in lines if line["type"] == "asset"}
    joined = [(line["child"], line["parent"]) for line in lines if line["type"] == "edge"]
    assert {(ids[1], ids[0]), (ids[2], ids[1])} <= set(joined)
    table = await who.http.get("/export/assets.csv", headers=who.headers)
    assert set(ids) <= {row["id"] for row in csv.DictReader(io.StringIO(table.text))}


async def test_a_workspace_is_for_its_members_only(people: People) -> None:
    http, url = people.viewer.http, "/export/assets.ndjson"
    assert (await http.get(url)).status_code == 401
    query = {"workspace": people.viewer.workspace}
    answer = await http.get(url, params=query, headers=people.stranger.headers)
    assert answer.status_code == 404
    wrong = await http.get("/export/assets.xml", headers=people.viewer.headers)
    assert wrong.status_code == 404
