"""Figures in columns."""

from collections.abc import Iterator, Mapping, Sequence

Cell = str | int | float | None


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Lines to print: the first column stands left, all others right, each as wide as it must be."""
    texts = [list(head), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for first, *rest in texts:
        cells = (text.rjust(width) for text, width in zip(rest, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def _text(cell: Cell) -> str:
    """Three digits of a fraction say all that was measured."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def shares(cpu: Mapping[str, float]) -> str:
    """Who had how much of the processor time, most first; the least is left out."""
    whole = sum(cpu.values()) or 1.0
    found = sorted(((100 * spent / whole, name) for name, spent in cpu.items()), reverse=True)
    return ", ".join(f"{name} {share:.0f}%" for share, name in found if share >= 1)


def resident(memory: Mapping[str, int]) -> str:
    """Who holds how much memory."""
    return "resident memory: " + ", ".join(f"{name} {mib:,} MiB" for name, mib in memory.items())
