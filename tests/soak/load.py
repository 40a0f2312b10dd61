"""What clients do: read, write, watch, and send what nobody should."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets

from tests.soak.tally import Tally

READS = {
    "newest": "{ assets(first: 30) { edges { node { id name thumbnail { url } } } } }",
    "search": '{ assets(first: 10, filter: {text: "soak"}) { edges { node { id name } } } }',
    "badges": "{ assets(first: 50) { edges { node { id edgeCounts { parents children } } } } }",
    "lineage": """query($id: ID!) { asset(id: $id) { id name lineage(maxDepth: 3, maxNodes: 100) {
        nodes { depth asset { id name } } edges { childId parentId kind } truncated } } }""",
}
CREATE = """mutation($input: CreateAssetInput!) { createAsset(input: $input) {
    __typename ... on AssetCreated { asset { id } } ... on Refusal { message } } }"""
LINK = """mutation($input: LinkAssetsInput!) { linkAssets(input: $input) {
    __typename ... on Refusal { message } } }"""
WATCH = """subscription($after: String) { assetChanged(after: $after) {
    cursor happening assets { id } } }"""
HOSTILE: list[bytes] = [
    b"{",
    b"[1]",
    json.dumps({"query": "{" * 400}).encode(),
    json.dumps({"query": "{ viewer { " + "x: id " * 900 + "} }"}).encode(),
    json.dumps({"query": "{ viewer { nothing } }"}).encode(),
]
AWAY = {"UNAVAILABLE"}
ANSWER_SECONDS = 60.0


@dataclass
class Load:
    """Clients of one address, until they are stopped."""

    address: str
    tokens: list[str]
    tally: Tally
    ids: list[str] = field(default_factory=list)

    def client(self, number: int) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.tokens[number % len(self.tokens)]}"}
        return httpx.AsyncClient(
            base_url=self.address, headers=headers, timeout=ANSWER_SECONDS, trust_env=False
        )

    async def read(self, number: int) -> None:
        async with self.client(number) as client:
            while True:
                kind = random.choice(list(READS))
                if kind == "lineage" and not self.ids:
                    continue
                variables = {"id": random.choice(self.ids)} if kind == "lineage" else {}
                await self._ask(client, kind, READS[kind], variables)

    async def write(self, number: int) -> None:
        async with self.client(number) as client:
            while True:
                name = f"soak {number} {time.monotonic()}"
                made = await self._ask(
                    client, "create", CREATE, {"input": {"mediaType": "IMAGE", "name": name}}
                )
                if not made:
                    continue
                new = made["createAsset"]["asset"]["id"]
                self.tally.created[new] = time.time()
                if self.ids:
                    parent = random.choice(self.ids[-500:])
                    edge = {"childId": new, "parentId": parent, "kind": "SOURCE_IMAGE"}
                    edges = [edge | {"operation": "RESTYLE"}]
                    await self._ask(client, "link", LINK, {"input": {"edges": edges}})
                self.ids.append(new)

    async def offend(self, number: int) -> None:
        """Sends what is refused, and looks that it is."""
        async with self.client(number) as client:
            while True:
                begun = time.monotonic()
                body = random.choice(HOSTILE)
                headers = {"Content-Type": "application/json"}
                answer = await client.post("/graphql", content=body, headers=headers)
                refused = answer.status_code in {200, 400, 503} and "errors" in answer.json()
                if not refused or "Traceback" in answer.text:
                    self.tally.problem(f"hostile: {answer.status_code} {answer.text[:200]}")
                self.tally.note("hostile", "refused", time.monotonic() - begun)
                await asyncio.sleep(0.05)

    async def _ask(
        self, client: httpx.AsyncClient, kind: str, query: str, variables: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The data, if it is there; away servers are counted, and waited for as they say."""
        begun = time.monotonic()
        body = {"query": query, "variables": variables}
        try:
            answer = (await client.post("/graphql", json=body)).json()
        except httpx.HTTPError as error:
            self.tally.problem(f"{kind}: {error!r}")
            return None
        took = time.monotonic() - begun
        away = _away(answer)
        if away is not None:
            self.tally.note(kind, "unavailable", took)
            await asyncio.sleep(away)
            return None
        data: dict[str, Any] = answer.get("data") or {}
        if "errors" in answer or any(_refusal(value) for value in data.values()):
            self.tally.problem(f"{kind}: {json.dumps(answer)[:300]}")
            return None
        self.tally.note(kind, "ok", took)
        return data


def _refusal(value: Any) -> bool:
    return isinstance(value, dict) and "message" in value


def _away(answer: dict[str, Any]) -> float | None:
    """Seconds to wait, if a server is away."""
    for error in answer.get("errors", ()):
        told = error.get("extensions", {})
        if told.get("code") in AWAY:
            return float(told.get("retryIn", 1.0))
    for value in (answer.get("data") or {}).values():
        if isinstance(value, dict) and value.get("__typename") == "Unavailable":
            return 1.0
    return None


@dataclass
class Watcher:
    """One who watches all along, resuming from the last cursor whatever happens."""

    address: str
    token: str
    tally: Tally
    seen: set[str] = field(default_factory=set)
    since: float = 0.0
    gaps: int = 0
    cursor: str | None = None

    async def run(self) -> None:
        while True:
            with contextlib.suppress(websockets.WebSocketException, OSError, TimeoutError):
                await self._watch()
            self.tally.note("watch", "resumed", 0.0)
            await asyncio.sleep(random.uniform(0.2, 1.0))

    async def _watch(self) -> None:
        where = self.address.replace("http", "ws", 1) + "/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(where, subprotocols=[protocol], proxy=None) as socket:
            authorization = {"authorization": f"Bearer {self.token}"}
            await socket.send(json.dumps({"type": "connection_init", "payload": authorization}))
            await socket.recv()
            payload = {"query": WATCH, "variables": {"after": self.cursor}}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            async for message in events(socket):
                self._take(message)

    def _take(self, event: dict[str, Any]) -> None:
        self.cursor = event["cursor"]
        if event["happening"] in {"ATTACHED", "MISSED"}:
            self.gaps += event["happening"] == "MISSED"
            self.since = time.time()  # whoever is told so reads anew
        for asset in event["assets"]:
            if event["happening"] == "CREATED" and (made := self.tally.created.get(asset["id"])):
                self.tally.note("watch", "told", time.time() - made)
            self.seen.add(asset["id"])

    def unseen(self, until: float) -> list[str]:
        """What was acknowledged since it last read anew, and not told."""
        asked = (number for number, at in self.tally.created.items() if self.since < at < until)
        return [number for number in asked if number not in self.seen]


async def events(socket: websockets.ClientConnection) -> AsyncIterator[dict[str, Any]]:
    """What is told, until the operation ends."""
    async for frame in socket:
        message = json.loads(frame)
        if message["type"] in {"error", "complete"}:
            return
        if message["type"] == "next":
            yield message["payload"]["data"]["assetChanged"]
