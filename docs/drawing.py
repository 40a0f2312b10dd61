"""Draws a lineage as SVG: cards with thumbnails, and the edges between them with their kinds."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from docs.layout import Layout, Pair, arrange

CARD_WIDTH, CARD_HEIGHT, IMAGE_HEIGHT, LINE_WIDTH = 184, 158, 103, 56
GAP_X, GAP_Y, MARGIN, FOOT = 44, 88, 32, 34
LABEL_HEIGHT = 20
LEAN = 0.08
FONT = "font-family=\"-apple-system,'Segoe UI',Helvetica,Arial,sans-serif\""
INK, SOFT, PAPER, CARD, RULE = "#1f2328", "#59636e", "#f6f7f9", "#ffffff", "#d1d9e0"
ACCENTS = {"IMAGE": "#2563a8", "VIDEO": "#8a3ffc", "AUDIO": "#0d7d6c"}
LINES = {
    "RECORDED": ("#1a7f37", "none", "recorded"),
    "EXTRACTED": ("#9a5b00", "none", "extracted"),
    "CLAIMED": ("#57606a", "7 5", "claimed"),
    "INFERRED": ("#a40e6a", "2 5", "inferred"),
}


@dataclass(frozen=True)
class Card:
    """An asset to draw; `image` is a data URL."""

    id: str
    name: str
    media_type: str
    said: str
    image: str | None


@dataclass(frozen=True)
class Line:
    """An edge to draw."""

    parent: str
    child: str
    kind: str
    evidence: str


@dataclass(frozen=True)
class Spot:
    """Where a card, or a place on a line's way, has its middle and its top."""

    x: float
    y: float

    @property
    def bottom(self) -> float:
        return self.y + CARD_HEIGHT


@dataclass
class Label:
    """The kinds of the edges between two cards, and where they are written."""

    x: float
    y: float
    words: str
    colour: str

    @property
    def width(self) -> float:
        return 6.1 * len(self.words) + 16

    def meets(self, other: "Label") -> bool:
        near = abs(self.x - other.x) < (self.width + other.width) / 2 + 4
        return near and abs(self.y - other.y) < LABEL_HEIGHT + 2


def draw(cards: Sequence[Card], lines: Sequence[Line], title: str) -> str:
    """The whole picture."""
    grouped: dict[Pair, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.parent, line.child].append(line)
    layout = arrange([card.id for card in cards], list(grouped))
    spots, width = _spots(layout, {card.id for card in cards})
    height = 2 * MARGIN + len(layout.rows) * (CARD_HEIGHT + GAP_Y) - GAP_Y
    parts = [
        *(_path(layout.ways[pair], spots, group[0]) for pair, group in grouped.items()),
        *(_card(card, spots[card.id]) for card in cards),
        *map(_label, _apart(_labels(layout, spots, grouped))),
        _legend([line.evidence for line in lines], height),
    ]
    return _page(title, width, height + FOOT, parts)


def _spots(layout: Layout, cards: set[str]) -> tuple[dict[str, Spot], float]:
    sizes = [[CARD_WIDTH if id_ in cards else LINE_WIDTH for id_ in row] for row in layout.rows]
    widths = [sum(size) + GAP_X * (len(size) - 1) for size in sizes]
    spots = {}
    for number, row in enumerate(layout.rows):
        x = MARGIN + (max(widths) - widths[number]) / 2
        for id_, size in zip(row, sizes[number], strict=True):
            spots[id_] = Spot(x + size / 2, MARGIN + number * (CARD_HEIGHT + GAP_Y))
            x += size + GAP_X
    return spots, max(widths) + 2 * MARGIN


def _path(way: list[str], spots: dict[str, Spot], line: Line) -> str:
    """From the parent's lower edge to the child's upper one; the arrow points to the parent."""
    x, y = spots[way[0]].x, spots[way[0]].bottom + 4
    text = f"M{x:.1f} {y:.1f}"
    for id_ in way[1:]:
        spot = spots[id_]
        middle = (y + spot.y) / 2
        text += f" C{x:.1f} {middle:.1f} {spot.x:.1f} {middle:.1f} {spot.x:.1f} {spot.y:.1f}"
        x, y = spot.x, spot.y
        if id_ != way[-1]:
            y = spot.bottom
            text += f" V{y:.1f}"
    colour, dash, name = LINES[line.evidence]
    return (
        f'<path d="{text}" fill="none" stroke="{colour}" stroke-width="1.8" '
        f'stroke-dasharray="{dash}" marker-start="url(#{name})"/>'
    )


def _labels(layout: Layout, spots: dict[str, Spot], grouped: dict[Pair, list[Line]]) -> list[Label]:
    above = Counter(child for _, child in grouped)
    below = Counter(parent for parent, _ in grouped)
    found = []
    for (parent, child), lines in grouped.items():
        lean = LEAN * ((below[parent] > above[child]) - (below[parent] < above[child]))
        x, y = _place(layout.ways[parent, child], spots, 0.5 + lean)
        words = ", ".join(dict.fromkeys(line.kind.lower().replace("_", " ") for line in lines))
        found.append(Label(x, y, words, LINES[lines[0].evidence][0]))
    return found


def _place(way: list[str], spots: dict[str, Spot], t: float) -> tuple[float, float]:
    """Where a label stands: beside the cards that its line passes, or else between the two it
    joins, nearer to the one that has fewer lines on that side."""
    if len(way) == 2:
        return _point(spots[way[0]], spots[way[1]], t)
    passing = spots[way[len(way) // 2]]
    return passing.x, passing.y + CARD_HEIGHT / 2


def _point(upper: Spot, lower: Spot, t: float) -> tuple[float, float]:
    """A point of the curve that `_path` draws between two spots."""
    across = t * t * (3 - 2 * t)
    top, end = upper.bottom, lower.y
    down = 3 * t * (1 - t) * (1 - t) + 3 * t * t * (1 - t)
    y = (1 - t) ** 3 * top + down * (top + end) / 2 + t**3 * end
    return upper.x + across * (lower.x - upper.x), y


def _apart(labels: list[Label]) -> list[Label]:
    """Labels that would cover each other move up and down until none does."""
    for index, label in enumerate(labels):
        home = label.y
        for step in (0, 1, -1, 2, -2):
            label.y = home + step * (LABEL_HEIGHT + 3)
            if not any(label.meets(other) for other in labels[:index]):
                break
    return labels


def _label(label: Label) -> str:
    return (
        f'<rect x="{label.x - label.width / 2:.1f}" y="{label.y - LABEL_HEIGHT / 2:.1f}" '
        f'width="{label.width:.1f}" height="{LABEL_HEIGHT}" rx="{LABEL_HEIGHT / 2}" '
        f'fill="{PAPER}" stroke="{label.colour}" stroke-opacity="0.45"/>'
        f'<text x="{label.x:.1f}" y="{label.y + 4:.1f}" text-anchor="middle" font-size="12" '
        f'fill="{label.colour}">{escape(label.words)}</text>'
    )


def _card(card: Card, spot: Spot) -> str:
    x, y = spot.x - CARD_WIDTH / 2, spot.y
    accent = ACCENTS[card.media_type]
    box = f'x="{x + 8:.1f}" y="{y + 8:.1f}" width="{CARD_WIDTH - 16}" height="{IMAGE_HEIGHT - 8}"'
    picture = (
        f'<image {box} href="{card.image}" preserveAspectRatio="xMidYMid slice" '
        'clip-path="inset(0 round 5px)"/>'
        if card.image
        else f'<rect {box} rx="5" fill="{accent}" fill-opacity="0.12"/>'
        f'<text x="{spot.x:.1f}" y="{y + 60:.1f}" text-anchor="middle" font-size="13" '
        f'fill="{accent}">{card.media_type.lower()}</text>'
    )
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" rx="10" '
        f'fill="{CARD}" stroke="{RULE}"/>{picture}'
        f'<text x="{x + 10:.1f}" y="{y + 123:.1f}" font-size="14" font-weight="600" '
        f'fill="{INK}">{escape(_short(card.name, 23))}</text>'
        f'<circle cx="{x + 14:.1f}" cy="{y + 140:.1f}" r="4" fill="{accent}"/>'
        f'<text x="{x + 24:.1f}" y="{y + 144:.1f}" font-size="12.5" fill="{SOFT}">'
        f"{escape(_short(card.said, 25))}</text>"
    )


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _legend(evidence: Sequence[str], y: float) -> str:
    parts, x = [], float(MARGIN)
    for name in (name for name in LINES if name in evidence):
        colour, dash, word = LINES[name]
        parts.append(
            f'<line x1="{x}" x2="{x + 30}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
            f'<text x="{x + 38}" y="{y + 4}" font-size="13" fill="{SOFT}">{word}</text>'
        )
        x += 38 + 7 * len(word) + 26
    return "".join(parts)


def _page(title: str, width: float, height: float, parts: list[str]) -> str:
    arrows = "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="3" refY="5" markerWidth="10" '
        f'markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M10 0L1 5L10 10z" fill="{colour}"/></marker>'
        for colour, _, name in LINES.values()
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" {FONT}>\n'
        f"<title>{escape(title)}</title>\n<defs>{arrows}</defs>\n"
        f'<rect width="100%" height="100%" rx="14" fill="{PAPER}"/>\n{body}\n</svg>\n'
    )
