"""Shows figures as tables and keeps them as JSON."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench.run import Report
from bench.timing import Outcome, Summary

RESULTS = Path(__file__).parent / "results"
HEAD = ("", "nodes", "edges", "HTTP", "", "", "Bolt", "", "", "ratio", "PostgreSQL", "", "")
NAMES = ("ms", "", "", "min", "median", "p95", "min", "median", "p95", "", "min", "median", "p95")
WIDTHS = (38, 6, 6, *(9,) * 6, 7, *(9,) * 3)


def show(report: Report) -> Iterable[str]:
    """Lines to print."""
    facts = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    yield f"{report.size:,} assets and a hub with {report.children:,} children ({facts})"
    for loading in report.loadings:
        yield (
            f"import of {loading.part}: {loading.assets:,} assets with "
            f"{loading.edges:,} edges in {loading.seconds:.1f} s: "
            f"{loading.assets_a_second:,.0f} assets/s, {loading.edges_a_second:,.0f} edges/s"
        )
    yield _line(HEAD)
    yield _line(NAMES)
    yield from (_line(_row(outcome)) for outcome in report.outcomes)
    held = ", ".join(f"{name} {mib} MiB" for name, mib in report.memory_mib.items())
    yield f"resident memory: {held}"
    yield from report.remarks


def keep(reports: Sequence[Report]) -> Path:
    """Writes all of them to one file, named for the instant."""
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    path = RESULTS / f"{at:%Y-%m-%dT%H%M%SZ}.json"
    told = {"at": at, "reports": [dataclasses.asdict(report) for report in reports]}
    path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    return path


def _row(outcome: Outcome) -> list[str]:
    ratio = outcome.ratio()
    return [
        outcome.title,
        f"{outcome.nodes:,}",
        f"{outcome.edges:,}",
        *_times(outcome.times.get("http")),
        *_times(outcome.times.get("bolt")),
        f"{ratio:.2f}" if ratio else "",
        *_times(outcome.times.get("postgres")),
    ]


def _times(summary: Summary | None) -> list[str]:
    if summary is None:
        return ["", "", ""]
    return [f"{each:.2f}" for each in (summary.least, summary.median, summary.p95)]


def _line(cells: Sequence[str]) -> str:
    first, *rest = zip(cells, WIDTHS, strict=True)
    return first[0].ljust(first[1]) + "".join(cell.rjust(width) for cell, width in rest)
