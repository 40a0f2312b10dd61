"""`python -m tests.chaos`: a thousand generations while all around them dies and comes back, and
what must hold all the same."""

import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from graph.error import GraphError
from graph.generation import ENDED
from graph.identifier import new_id, now
from tests.chaos.orders import Orders
from tests.chaos.servers import Stack, stack
from tests.chaos.tally import Tally
from tests.chaos.trouble import Trouble
from tests.person import person, place
from tests.waiting import until
from workers import sweep
from workers.rooms import Rooms, opened

# In a round.
BLOWS = 3
# Made in peace, for others to be made from.
FIRST = 4
PENDING = "MATCH (c:Chore {kind: 'REMOVE'}) RETURN count(c) AS times"


@click.command()
@click.option("--generations", default=1000, show_default=True, help="How many.")
@click.option("--workers", default=4, show_default=True, help="How many worker processes.")
@click.option("--rounds", default=8, show_default=True, help="How often each trouble comes.")
@click.option("--pause", default=10.0, show_default=True, help="Seconds between them, about.")
@click.option("--patience", default=600.0, show_default=True, help="Seconds to wait for the end.")
@click.option("--seed", help="What chance depends on, as far as it can be repeated.")
@click.option("--log", type=click.Path(path_type=Path), help="Where to keep the workers' logs.")
def main(
    generations: int,
    workers: int,
    rounds: int,
    pause: float,
    patience: float,
    seed: str | None,
    log: Path | None,
) -> None:
    """Generate while workers and servers are killed, and look whether all is as it must be."""
    logging.basicConfig(level=logging.CRITICAL)  # what goes wrong here is meant to
    seed = seed or new_id()
    with (
        tempfile.TemporaryDirectory(prefix="pedigree-chaos-") as folder,
        stack(Path(folder), workers, seed) as all_,
    ):
        lines, problems = asyncio.run(_chaos(all_, generations, rounds, pause, patience, seed))
        told = "\n".join(path.read_text(encoding="utf-8") for path in all_.logs)
    if log:
        log.write_text(told, encoding="utf-8")
    unexpected = [line for line in told.splitlines() if "met the unforeseen" in line]
    for line in [*lines, *(f"PROBLEM: log: {one}" for one in unexpected), f"seed {seed}"]:
        click.echo(line)
    sys.exit(bool(problems or unexpected))


async def _chaos(
    all_: Stack, generations: int, rounds: int, pause: float, patience: float, seed: str
) -> tuple[list[str], list[str]]:
    async with opened(all_.settings) as rooms:
        actor = await person(rooms.graph)
        workspace = await place(rooms.graph, actor)
        orders = Orders(rooms, actor, workspace, random.Random(seed))
        trouble = Trouble(all_, random.Random(f"trouble {seed}"))
        tally = Tally(rooms.graph, orders)
        await orders.place(FIRST, 0.0)
        await _all_ended(tally, patience)
        begun = time.monotonic()
        troubling = asyncio.create_task(trouble.run(rounds, pause))
        await orders.place(generations, rounds * BLOWS * pause)
        await troubling
        calm = time.monotonic()
        await _all_ended(tally, patience)
        ended = time.monotonic()
        left = await _swept(rooms, tally, patience)
        await tally.take(all_.far_side)
        await tally.check_inputs()
        await tally.check_bytes(rooms.data_dir)
        states = await tally.states()
    lines = [
        f"{generations} generations in {ended - begun:.1f} s, "
        f"the last {ended - calm:.1f} s after the trouble: {_list(states)}",
        f"{_list(trouble.met)}; {orders.refused} orders were refused for a moment",
        *_left(left),
        *tally.lines(),
    ]
    return lines, tally.problems


async def _all_ended(tally: Tally, patience: float) -> None:
    states: Counter[str] = Counter()

    async def have_ended() -> bool:
        nonlocal states
        with suppress(GraphError):
            states = await tally.states()
        await asyncio.sleep(0.2)
        return sum(states[one] for one in ENDED) >= len(tally.orders.given)

    try:
        await until(have_ended, patience)
    except AssertionError:
        tally.problem(f"not all have ended: {_list(states)}")


async def _swept(rooms: Rooms, tally: Tally, patience: float) -> tuple[int, int]:
    """Sweeps as workers do in the course of a day, and lets them remove what is left over; how
    many files were left over, and how many bytes' removals that made."""
    files = await tally.left_over(rooms.data_dir)
    planned = 0
    for number in range(sweep.SLICES):
        planned += await sweep.sweep(rooms, number, now())

    async def removed() -> bool:
        rows = await rooms.graph.read(PENDING)
        return not rows[0]["times"]

    await until(removed, patience)
    return files, planned


def _left(found: tuple[int, int]) -> Iterator[str]:
    files, planned = found
    yield f"{files} files were left over without an asset, and swept in {planned} removals"


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{times} {what}" for what, times in sorted(counts.items()))


if __name__ == "__main__":
    main()
