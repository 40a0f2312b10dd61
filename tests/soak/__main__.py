"""`python -m tests.soak`: mixed load, servers killed under it, and what must hold all the same."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import anyio.to_thread
import click

from graph import token, user, workspace
from graph.actor import Actor
from graph.driver import connect
from graph.identifier import new_id
from graph.migration import migrate
from tests.feeding import OwnRedis
from tests.soak.load import Load, Watcher
from tests.soak.servers import Graph, Stack, stack
from tests.soak.tally import Tally
from tests.waiting import until

READERS, WRITERS, WATCHERS = 6, 2, 40
TOKENS = 8
AWAY_SECONDS = 3.0
SAMPLE_SECONDS = 5.0
LAST_SECONDS = 15.0
RECOVERY_SECONDS = 60.0
BEAT = 90.0


@click.command()
@click.option("--minutes", default=10.0, show_default=True, help="How long.")
@click.option("--log", type=click.Path(path_type=Path), help="Where to keep Pedigree's own log.")
def main(minutes: float, log: Path | None) -> None:
    """Load Pedigree for some minutes while its servers die and come back."""
    with (
        tempfile.TemporaryDirectory(prefix="pedigree-soak-") as folder,
        stack(Path(folder)) as all_,
    ):
        tally = asyncio.run(_soak(all_, minutes * 60))
        told = Path(folder, "serve.log").read_text(encoding="utf-8")
    if log:
        log.write_text(told, encoding="utf-8")
    for line in told.splitlines():
        if "Traceback" in line or "unexpected error" in line:
            tally.problem(f"log: {line}")
    for line in tally.lines():
        click.echo(line)
    sys.exit(bool(tally.problems))


async def _soak(all_: Stack, seconds: float) -> Tally:
    tally = Tally()
    tokens = await _tokens(all_)
    load = Load(all_.address, tokens, tally)
    watchers = [Watcher(all_.address, tokens[n % TOKENS], tally) for n in range(WATCHERS)]
    running = [asyncio.create_task(watcher.run()) for watcher in watchers]
    working = [
        *(asyncio.create_task(load.read(n)) for n in range(READERS)),
        *(asyncio.create_task(load.write(n)) for n in range(WRITERS)),
        asyncio.create_task(load.offend(0)),
    ]
    weighing = asyncio.create_task(_weigh(all_, tally))
    await _break_things(all_, tally, seconds)
    for task in working:
        task.cancel()
    ended_at = time.time()
    await asyncio.sleep(LAST_SECONDS)  # what was not told at once is looked for after ten seconds
    _check_watchers(watchers, tally, ended_at)
    for task in [*running, weighing]:
        task.cancel()
    ended = await asyncio.gather(*working, *running, weighing, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            tally.problem(f"a client failed: {error!r}")
    await _check_kept(load, tally)
    tally.weigh()
    return tally


async def _tokens(all_: Stack) -> list[str]:
    env = all_.environment
    login = (env["NEO4J_URI"], env["NEO4J_USER"], env["NEO4J_PASSWORD"])
    async with connect(*login) as graph:
        await migrate(graph)
        system = Actor("soak", None, new_id())
        person = await user.create(graph, system, email=f"{new_id()}@example.org", name="Soak")
        actor = Actor(person.id, None, new_id())
        await workspace.create(graph, actor, "Soak")
        issued = [await token.issue(graph, actor, user=person.id, name="s") for _ in range(TOKENS)]
    return [secret for _, secret in issued if secret]


async def _break_things(all_: Stack, tally: Tally, seconds: float) -> None:
    """Redis and Neo4j in turns, killed at once, every so often."""
    end, turn = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(left, BEAT))
        if end - time.monotonic() < BEAT / 2:
            continue
        name, server = (("Redis", all_.redis), ("Neo4j", all_.graph))[turn % 2]
        turn += 1
        await _restart(name, server, tally)


async def _restart(name: str, server: OwnRedis | Graph, tally: Tally) -> None:
    await anyio.to_thread.run_sync(server.kill)
    await asyncio.sleep(AWAY_SECONDS)
    begun = time.monotonic()
    await anyio.to_thread.run_sync(server.start)
    back = time.monotonic()

    async def answered() -> bool:
        return tally.last_good > back

    await until(answered, RECOVERY_SECONDS)
    tally.recoveries.append(
        f"{name} killed; it took {back - begun:.1f} s to start again, and the next good answer "
        f"came {tally.last_good - back:.2f} s after that"
    )


async def _weigh(all_: Stack, tally: Tally) -> None:
    while True:
        for name, size in all_.memory().items():
            tally.memory[name].append(size)
        await asyncio.sleep(SAMPLE_SECONDS)


def _check_watchers(watchers: list[Watcher], tally: Tally, ended_at: float) -> None:
    for number, watcher in enumerate(watchers):
        if unseen := watcher.unseen(ended_at):
            tally.problem(f"watcher {number} was not told of {len(unseen)}, first {unseen[0]}")
    gaps = sum(watcher.gaps for watcher in watchers)
    tally.recoveries.append(f"{len(watchers)} watchers were told of {gaps} gaps")


async def _check_kept(load: Load, tally: Tally) -> None:
    """Everything that was acknowledged is there."""
    query = "query($ids: [ID!]!) { deletionPreview(ids: $ids) { asset { id } } }"
    numbers = list(tally.created)
    async with load.client(0) as client:
        for start in range(0, len(numbers), 100):
            part = numbers[start : start + 100]
            body = {"query": query, "variables": {"ids": part}}
            answer = (await client.post("/graphql", json=body)).json()
            found = {each["asset"]["id"] for each in answer["data"]["deletionPreview"]}
            for lost in set(part) - found:
                tally.problem(f"asset {lost} was acknowledged and is gone")


if __name__ == "__main__":
    main()
