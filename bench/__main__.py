"""`python -m bench`: all parts, or those that are named, on servers of the bench's own."""

import dataclasses
from collections.abc import Callable, Iterator

import click

from bench import clients, execution, generations, importing, live, neo4j_graphql, profile, sizes
from bench.report import Report, keep
from bench.scale import Scale
from bench.servers import Servers, own

MEASURED: dict[str, Callable[[Servers, Scale], Report]] = {
    "sizes": sizes.report,
    "clients": clients.report,
    "neo4j-graphql": neo4j_graphql.report,
    "import": importing.report,
    "live": live.report,
    "generate": generations.report,
}
LOOKED_AT = {
    "profile": profile.report,
    "execution": execution.report,
}
USUAL = Scale()


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*MEASURED, *LOOKED_AT]))
@click.option(
    "--sizes",
    "compared",
    default=",".join(map(str, USUAL.sizes)),
    show_default=True,
    help="How many ordinary assets `sizes` compares; 1000000 wants PEDIGREE_NEO4J_HEAP_MB=4096.",
)
@click.option("--children", default=USUAL.children, show_default=True, help="Children of the hub.")
@click.option("--size", default=USUAL.size, show_default=True, help="Assets of all other parts.")
@click.option("--quick", is_flag=True, help="Little data and few calls: does it work?")
def main(parts: tuple[str, ...], compared: str, children: int, size: int, quick: bool) -> None:
    """Measure Pedigree beside what it is made of and what is like it.

    PARTS are what to measure, all of them if none is named; profile and execution show where the
    time goes and are never among those.
    """
    usual = dataclasses.replace(
        USUAL, sizes=tuple(map(int, compared.split(","))), children=children, size=size
    )
    scale = usual.quick() if quick else usual
    found: dict[str, Report] = {}
    for part in parts or MEASURED:
        if part in LOOKED_AT:
            _show(LOOKED_AT[part](own, scale))
        else:
            found[part] = MEASURED[part](own, scale)
            _show(found[part].lines())
    if found:
        click.echo(f"kept in {keep(found)}")


def _show(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


if __name__ == "__main__":
    main()
