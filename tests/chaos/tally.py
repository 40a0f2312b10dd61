"""What must hold at the end, looked at in the graph, at the far side and in the folder of bytes."""

import asyncio
import hashlib
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from graph import activity, generation
from graph.asset import Asset
from graph.driver import Graph
from graph.edge import Evidence
from graph.generation import Generation, GenerationState
from media.store import FOLDER_NAME
from tests.chaos.far_side import TALLY
from tests.chaos.orders import KINDS, Orders

SHOWN = 30
# Submits of one generation; each that is begun anew has a key of its own.
KEYS_MAX = 60
# It may be put back any number of times, each with a submit at the most.
STORY = re.compile(r"queue( start( submit)? requeue)* start submit complete")
FAILED_STORY = re.compile(r"queue( start( submit)? requeue)* start( submit)? fail")
EDGES = """MATCH (c:Asset {workspace: $workspace})-[r]->(p:Asset)
RETURN c.id, p.id, type(r), r.sequence, r.evidence, r.generation, r.retractedAt IS NULL"""
ALONE = """MATCH (a:Asset {workspace: $workspace})
WHERE NOT EXISTS { (a)-[:OUTPUT_OF]->(:Generation) } RETURN a.id AS id"""
KEPT = """MATCH (a:Asset) WHERE a.mediaState = 'STORED' AND a.deletedAt IS NULL
RETURN DISTINCT a.sha256 AS sha256"""
STATES = """MATCH (g:Generation {workspace: $workspace})
RETURN g.state AS state, count(g) AS times"""
TRAIL = """MATCH (e:Entry {workspace: $workspace})
RETURN e.target AS target, e.action AS action ORDER BY e.id"""


@dataclass
class Tally:
    """`problems` are what must not be."""

    graph: Graph
    orders: Orders
    far: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Generation] = field(default_factory=dict)
    outputs: dict[str, list[Asset]] = field(default_factory=dict)
    trail: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    problems: list[str] = field(default_factory=list)

    @property
    def within(self) -> list[str]:
        return [self.orders.workspace]

    async def states(self) -> Counter[str]:
        rows = await self.graph.read(STATES, workspace=self.orders.workspace)
        return Counter({row["state"]: row["times"] for row in rows})

    async def take(self, far_side: str) -> None:
        """Looks at all of it."""
        async with httpx.AsyncClient(base_url=far_side, trust_env=False) as client:
            self.far = (await client.get(TALLY)).json()
        numbers = list(self.orders.given)
        self.found = await generation.get_many(self.graph, self.within, numbers)
        self.outputs = await activity.outputs(self.graph, self.within, numbers)
        for row in await self.graph.read(TRAIL, workspace=self.orders.workspace):
            self.trail[row["target"]].append(row["action"])
        self._ended(await self.states())
        self._made_once()
        for number in numbers:
            self._exact(self.found[number])
            self._told(self.found[number])
        await self._lineage()
        for row in await self.graph.read(ALONE, workspace=self.orders.workspace):
            self.problem(f"asset {row['id']} is of no generation")

    def _ended(self, states: Counter[str]) -> None:
        if states.total() != len(self.orders.given):
            self.problem(f"{len(self.orders.given)} were ordered, {states.total()} are there")
        for one in self.found.values():
            if one.state is not GenerationState.COMPLETED and not self._failed_there(one):
                self.problem(f"{one.id} is {one.state}: {one.failure} {one.problem}")

    def _failed_there(self, one: Generation) -> bool:
        """It was given up, as the service itself failed at it again and again."""
        jobs = [job for _, job in self._jobs(one)]
        return one.state is GenerationState.FAILED and len(jobs) > 2 and jobs[-1]["failed"]

    def _jobs(self, one: Generation) -> list[tuple[str, dict[str, Any]]]:
        """What the far side knows of it, by the key of each submit."""
        keys = (str(uuid.uuid5(uuid.UUID(one.id), str(n))) for n in range(KEYS_MAX))
        return [(key, self.far["jobs"][key]) for key in keys if key in self.far["jobs"]]

    def _made_once(self) -> None:
        known: set[str] = set()
        for one in self.found.values():
            jobs = self._jobs(one)
            known |= {key for key, _ in jobs}
            if len(jobs) != one.attempt:
                self.problem(f"{one.id}: {one.attempt} attempts, {len(jobs)} of them known there")
            for key, job in jobs:
                if job["begun"] != 1:
                    self.problem(f"{one.id}: {key} was begun {job['begun']} times")
        for key in self.far["jobs"].keys() - known:
            self.problem(f"the far side has {key}, of no attempt of a generation")

    def _exact(self, one: Generation) -> None:
        made = [asset.sha256 for asset in self.outputs.get(one.id, [])]
        wanted: list[str] = []
        if one.state is GenerationState.COMPLETED:
            jobs = [job for _, job in self._jobs(one) if job["number"] == one.provider_job]
            wanted = jobs[0]["outputs"] if jobs else ["no such job"]
        if made != wanted:
            self.problem(f"{one.id} has {made}, its provider made {wanted}")

    def _told(self, one: Generation) -> None:
        story = " ".join(told.removeprefix("generation.") for told in self.trail[one.id])
        good = STORY if one.state is GenerationState.COMPLETED else FAILED_STORY
        if not good.fullmatch(story):
            self.problem(f"{one.id}: the audit trail tells {story}")
        for made in self.outputs.get(one.id, []):
            if self.trail[made.id].count("asset.create") != 1:
                self.problem(f"{made.id}: the audit trail tells {self.trail[made.id]}")

    async def _lineage(self) -> None:
        there = Counter(
            tuple(row.values())
            for row in await self.graph.read(EDGES, workspace=self.orders.workspace)
        )
        wanted = Counter(self._edges())
        for edge in (wanted - there).elements():
            self.problem(f"missing edge {edge}")
        for edge in (there - wanted).elements():
            self.problem(f"edge too many {edge}")

    def _edges(self) -> Iterator[tuple[object, ...]]:
        for number, given in self.orders.given.items():
            for made in self.outputs.get(number, []):
                for place, one in enumerate(given):
                    kind, evidence = KINDS[one.parameter].value, Evidence.RECORDED.value
                    yield (made.id, one.asset_id, kind, place, evidence, number, True)

    async def check_inputs(self) -> None:
        """What the provider got is what was given."""
        hashes = {asset.id: asset.sha256 for made in self.outputs.values() for asset in made}
        for number, given in self.orders.given.items():
            wanted = [hashes[one.asset_id] for one in given]
            for key, job in self._jobs(self.found[number]):
                if job["inputs"] != wanted:
                    self.problem(f"{number}: {key} was made from {job['inputs']}, not {wanted}")

    async def left_over(self, data_dir: Path) -> int:
        """How many files of bytes no live asset has."""
        kept = {row["sha256"] for row in await self.graph.read(KEPT)}
        return sum(_hash_of(path) not in kept for path in _files(data_dir))

    async def check_bytes(self, data_dir: Path) -> None:
        kept = {row["sha256"] for row in await self.graph.read(KEPT)}
        for path in _files(data_dir):
            if _hash_of(path) not in kept:
                self.problem(f"orphan bytes: {path}")
        for sha256 in kept:
            await asyncio.to_thread(self._check_one, data_dir / FOLDER_NAME, sha256)

    def _check_one(self, folder: Path, sha256: str) -> None:
        path = folder / sha256[:2] / sha256[2:]
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            self.problem(f"the bytes {sha256} of an asset are not there, or others")
        if not any((folder / "thumbnail" / sha256).glob("*.webp")):
            self.problem(f"{sha256} has no thumbnail")

    def problem(self, text: str) -> None:
        self.problems.append(text)

    def lines(self) -> Iterator[str]:
        calls, failed = self.far["calls"], self.far["failed"]
        told = ", ".join(f"{times} {way}" for way, times in sorted(failed.items()))
        yield f"{calls} calls of the provider, {sum(failed.values())} of them failed: {told}"
        jobs = self.far["jobs"].values()
        yield f"{len(jobs)} jobs begun there, {sum(job['failed'] for job in jobs)} failed there"
        made = sum(map(len, self.outputs.values()))
        yield f"{made} outputs, {len(list(self._edges()))} edges of lineage"
        yield from (f"PROBLEM: {text}" for text in self.problems[:SHOWN])
        if len(self.problems) > SHOWN:
            yield f"and {len(self.problems) - SHOWN} problems more"


def _files(data_dir: Path) -> Iterator[Path]:
    folder = data_dir / FOLDER_NAME
    return (path for path in folder.rglob("*") if path.is_file() and path.parent != folder)


def _hash_of(path: Path) -> str:
    """What the store keeps there; of a half-written file no asset's."""
    if path.parent.parent.name == "thumbnail":
        return path.parent.name if "#" not in path.name else path.name
    return path.parent.name + path.name
