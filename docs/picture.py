"""Draws the picture of the README from a running Pedigree.

PEDIGREE_TOKEN=... python -m docs.picture http://127.0.0.1:8000 "words of an asset's name"
"""

import base64
import io
import os
import sys
from typing import Any

import httpx
from PIL import Image

from docs.drawing import Card, Line, draw
from settings import ROOT

PICTURE = ROOT / "docs" / "images" / "lineage.svg"
SIZE = (320, 182)
QUERY = """
query Picture($name: String!) {
  assets(first: 1, filter: { text: $name }) {
    edges {
      node {
        name
        lineage(maxDepth: 2, maxNodes: 24) {
          nodes { asset { id name mediaType operation provider thumbnail { url } } }
          edges { parentId childId kind evidence }
        }
      }
    }
  }
}
"""


def ask(client: httpx.Client, name: str) -> dict[str, Any]:
    """The asset with its lineage."""
    token = os.environ["PEDIGREE_TOKEN"]
    answer = client.post(
        "/graphql",
        json={"query": QUERY, "variables": {"name": name}},
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    if "errors" in answer or not answer["data"]["assets"]["edges"]:
        sys.exit(f"no asset to draw: {answer.get('errors', 'none has that name')}")
    found: dict[str, Any] = answer["data"]["assets"]["edges"][0]["node"]
    return found


def card(client: httpx.Client, asset: dict[str, Any]) -> Card:
    """An asset as it is drawn, with the picture in the file."""
    link = asset["thumbnail"]
    operation = (asset["operation"] or asset["mediaType"]).lower().replace("_", " ")
    return Card(
        id=asset["id"],
        name=asset["name"] or asset["id"],
        media_type=asset["mediaType"],
        said=operation,
        image=small(client.get(link["url"]).raise_for_status().content) if link else None,
    )


def small(picture: bytes) -> str:
    """A picture as a data URL, cut to the shape of a card."""
    with Image.open(io.BytesIO(picture)) as opened:
        whole = opened.convert("RGB")
    scale = max(SIZE[0] / whole.width, SIZE[1] / whole.height)
    sized = whole.resize((round(whole.width * scale), round(whole.height * scale)))
    left, top = (sized.width - SIZE[0]) // 2, (sized.height - SIZE[1]) // 2
    out = io.BytesIO()
    sized.crop((left, top, left + SIZE[0], top + SIZE[1])).save(out, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"


def main(address: str, name: str) -> None:
    """Asks, draws, writes."""
    with httpx.Client(base_url=address, timeout=30) as client:
        asset = ask(client, name)
        cards = [card(client, node["asset"]) for node in asset["lineage"]["nodes"]]
    lines = [
        Line(edge["parentId"], edge["childId"], edge["kind"], edge["evidence"])
        for edge in asset["lineage"]["edges"]
    ]
    PICTURE.write_text(draw(cards, lines, f"The lineage of {asset['name']}"), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
