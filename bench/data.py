"""The data set as lines to import: assets made from one to three of the 500 before them, and one
hub with a crowd of children. The same numbers give the same data set, always."""

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from graph.edge import EdgeKind, MediaType, Operation

SEED = 20_260_801
WINDOW = 500
PARENTS_MAX = 3
ORDINARY = "picture"
HUB = "hub"
CROWD_WORD = "poster"
BEGINNINGS = ("ba", "ke", "li", "mo", "nu", "pra", "ste", "shi", "tro", "vel")
ENDINGS = ("dan", "fir", "gol", "kim", "lo", "mer", "nis", "pax", "rut", "sam")
VOCABULARY = [a + b for a in BEGINNINGS for b in ENDINGS]
MODELS = ("atlas-3", "brook-xl", "cedar")

Line = dict[str, Any]


def name_of(number: int) -> str:
    """The name of an ordinary asset."""
    return f"{ORDINARY}{number:07}"


def number_of(name: str) -> int:
    """The number in such a name."""
    return int(name.removeprefix(ORDINARY))


def child_name(number: int) -> str:
    """The name of a child of the hub."""
    return f"child{number:07}"


def ordinary(size: int) -> Iterator[Line]:
    """Assets in an order in which parents come first."""
    chance = random.Random(SEED)
    media = [_medium(chance) for _ in range(size)]
    for number in range(size):
        count = min(number, chance.randint(1, PARENTS_MAX))
        chosen = chance.sample(range(max(0, number - WINDOW), number), count)
        parents = [
            _parent(name_of(above), chance.choice(fitting(media[number], media[above])), sequence)
            for sequence, above in enumerate(chosen)
        ]
        yield _asset(chance, name_of(number), media[number], parents)


def crowd(parent: str, children: int) -> Iterator[Line]:
    """The hub, made from the asset of this id, and all that was made from the hub."""
    chance = random.Random(SEED + 1)
    above = _parent(parent, EdgeKind.VARIANT_OF, 0)
    yield _asset(chance, HUB, MediaType.IMAGE, [above])
    hub = _parent(HUB, EdgeKind.STYLE_REFERENCE, 0)
    for number in range(children):
        yield _asset(chance, child_name(number), MediaType.IMAGE, [hub], f"{CROWD_WORD} ")


@cache
def fitting(child: MediaType, parent: MediaType) -> list[EdgeKind]:
    """Kinds that may join these media."""
    return [kind for kind in EdgeKind if kind.misfit(child, parent) is None]


def _medium(chance: random.Random) -> MediaType:
    return MediaType.IMAGE if chance.random() < 0.7 else MediaType.VIDEO


def _parent(name: str, kind: EdgeKind, sequence: int) -> Line:
    return {"parent": name, "kind": kind.name, "sequence": sequence, "evidence": "EXTRACTED"}


def _asset(
    chance: random.Random, name: str, media: MediaType, parents: list[Line], opening: str = ""
) -> Line:
    image = media is MediaType.IMAGE
    operation = Operation.IMAGE_TO_IMAGE if image else Operation.IMAGE_TO_VIDEO
    return {
        "type": "asset",
        "key": name,
        "name": name,
        "mediaType": media.name,
        "operation": operation.name,
        "prompt": opening + " ".join(chance.choices(VOCABULARY, k=8)),
        "seed": str(chance.getrandbits(48)),
        "model": chance.choice(MODELS),
        "provider": "studio",
        "providerAssetId": name,
        "tags": chance.sample(VOCABULARY, 2),
        "mimeType": "image/png" if image else "video/mp4",
        "sizeBytes": chance.randrange(100_000, 9_000_000),
        "width": 1024,
        "height": 576,
        "durationSeconds": None if image else 5.0,
        "madeAt": "2026-01-31T12:00:00Z",
        "parents": parents,
    }
