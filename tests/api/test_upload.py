"""Bytes in and out over HTTP: multipart, upload links, media links and their ranges."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from settings import Settings
from tests.api.conftest import Client, People
from tests.media.samples import clip, png_claiming

pytestmark = pytest.mark.anyio

UPLOAD = """
mutation ($file: Upload!, $name: String) {
  uploadAsset(input: {file: $file, name: $name, tags: ["up"]}) {
    __typename
    ... on AssetCreated {
      created
      asset {
        id name mediaType mimeType sizeBytes width height durationSeconds sha256 mediaState
        media { url expiresAt } thumbnail { url }
      }
    }
    ... on InvalidInput { field message }
    ... on NotAllowed { message }
  }
}
"""
CREATE = """
mutation ($type: MediaType!) {
  createAsset(input: {mediaType: $type, name: "big"}) { ... on AssetCreated { asset { id } } }
}
"""
LINK = """
mutation ($id: ID!) {
  createUploadLink(input: {assetId: $id}) {
    __typename
    ... on UploadLinkCreated { link { url expiresAt } }
    ... on Conflict { message }
  }
}
"""


async def upload(
    who: Client, data: bytes, name: str = "x.png", guard: bool = True
) -> httpx.Response:
    headers = who.headers | ({"X-Pedigree-Client": "test"} if guard else {})
    operations = {"query": UPLOAD, "variables": {"file": None, "name": None}}
    return await who.http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.file"]})},
        files={"0": (name, data)},
        headers=headers,
    )


async def uploaded(who: Client, data: bytes, name: str = "x.png") -> Any:
    answer = (await upload(who, data, name)).json()
    assert "errors" not in answer, answer
    return answer["data"]["uploadAsset"]


def _noise() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((70, 50), 80).save(out, "PNG")
    return out.getvalue()


async def test_a_picture_is_what_its_bytes_say(people: People) -> None:
    data = _noise()
    made = await uploaded(people.editor, data, "holiday.txt")
    asset = made["asset"]
    assert made["created"]
    assert asset["name"] == "holiday.txt"
    assert (asset["mediaType"], asset["mimeType"]) == ("IMAGE", "image/png")
    assert (asset["width"], asset["height"], asset["sizeBytes"]) == (70, 50, len(data))
    assert asset["sha256"] == hashlib.sha256(data).hexdigest()
    assert asset["mediaState"] == "STORED"


async def test_the_same_bytes_are_the_same_asset(people: People) -> None:
    data = _noise()
    first, second = await uploaded(people.editor, data), await uploaded(people.editor, data)
    assert not second["created"]
    assert first["asset"]["id"] == second["asset"]["id"]
    other = await uploaded(people.stranger, data)
    assert other["created"]
    assert other["asset"]["id"] != first["asset"]["id"]


async def test_a_clip_has_its_duration_and_a_thumbnail(people: People, tmp_path: Path) -> None:
    clip(tmp_path / "clip.mp4")
    asset = (await uploaded(people.editor, (tmp_path / "clip.mp4").read_bytes(), "c"))["asset"]
    assert asset["mediaType"] == "VIDEO"
    assert asset["durationSeconds"] > 0
    small = await people.editor.http.get(asset["thumbnail"]["url"])
    assert small.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(small.content)).format == "WEBP"


async def test_a_form_of_another_site_is_refused(people: People) -> None:
    answer = await upload(people.editor, _noise(), guard=False)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "CROSS_SITE"


@pytest.mark.parametrize("name", ["text", "cut", "bomb"])
async def test_what_is_no_sound_media_is_refused_and_leaves_nothing(
    name: str, people: People, config: Settings
) -> None:
    bad = {"text": b"just words", "cut": _noise()[:-900], "bomb": png_claiming(60_000, 60_000)}
    made = await uploaded(people.editor, bad[name])
    assert made["__typename"] == "InvalidInput"
    assert made["field"] == "file"
    assert not list((config.data_dir / "intake").glob("*"))
    digest = hashlib.sha256(bad[name]).hexdigest()
    assert not (config.data_dir / "media" / digest[:2] / digest[2:]).exists()


async def test_a_viewer_uploads_nothing(people: People) -> None:
    assert (await uploaded(people.viewer, _noise()))["__typename"] == "NotAllowed"


async def test_media_links_answer_ranges_and_need_no_token(people: People) -> None:
    data = _noise()
    url = (await uploaded(people.editor, data))["asset"]["media"]["url"]
    async with httpx.AsyncClient() as anyone:
        whole = await anyone.get(url)
        assert (whole.status_code, whole.content) == (200, data)
        assert whole.headers["x-content-type-options"] == "nosniff"
        part = await anyone.get(url, headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, data[10:20])
        assert part.headers["content-range"] == f"bytes 10-19/{len(data)}"
        beyond = await anyone.get(url, headers={"Range": f"bytes={len(data)}-"})
        assert beyond.status_code == 416
        head = await anyone.head(url)
        assert (head.content, head.headers["content-length"]) == (b"", str(len(data)))


async def test_a_changed_link_is_worthless(people: People) -> None:
    one = (await uploaded(people.editor, _noise()))["asset"]
    two = (await uploaded(people.editor, _noise()))["asset"]
    swapped = one["media"]["url"].replace(one["sha256"], two["sha256"])
    assert (await people.editor.http.get(swapped)).status_code == 403
    bare = one["media"]["url"].partition("?")[0]
    assert (await people.editor.http.get(bare)).status_code == 403
    assert (await people.editor.http.put(one["media"]["url"])).status_code == 405


async def test_bytes_come_later_by_an_upload_link(people: People) -> None:
    made = await people.editor.ask(CREATE, type="IMAGE")
    asset_id = made["createAsset"]["asset"]["id"]
    link = (await people.editor.ask(LINK, id=asset_id))["createUploadLink"]["link"]
    data = _noise()
    async with httpx.AsyncClient() as anyone:
        assert (await anyone.put(link["url"], content=b"words")).status_code == 422
        put = await anyone.put(link["url"], content=data)
        assert (put.status_code, put.json()) == (201, {"id": asset_id, "mediaState": "STORED"})
        assert (await anyone.put(link["url"], content=data)).status_code == 201
        other = await anyone.put(link["url"], content=_noise())
        assert other.status_code == 409
        assert (await anyone.put(link["url"] + "0", content=data)).status_code == 403
    again = (await people.editor.ask(LINK, id=asset_id))["createUploadLink"]
    assert again["__typename"] == "Conflict"


async def test_a_file_of_another_sort_than_told_is_refused(people: People) -> None:
    made = await people.editor.ask(CREATE, type="VIDEO")
    asset_id = made["createAsset"]["asset"]["id"]
    link = (await people.editor.ask(LINK, id=asset_id))["createUploadLink"]["link"]
    put = await people.editor.http.put(link["url"], content=_noise())
    assert put.status_code == 409
    assert "VIDEO" in put.json()["error"]["message"]
