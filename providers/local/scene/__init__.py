"""Pictures out of words: each sort of scene has its painter."""

import random
from collections.abc import Callable

from providers.local.canvas import Size
from providers.local.palette import Palette, words_of
from providers.local.scene.figure import (
    ARMED,
    BEARDED,
    CROWNED,
    HOODED,
    OLD,
    WIZARDS,
    WOMEN,
    figure,
)
from providers.local.scene.item import NAMES, item
from providers.local.scene.land import SAND, TOPS, TOWN, WATER, WOODS, land
from providers.local.scene.layer import MARGIN, Brief, Layer, Scene
from providers.local.scene.pattern import pattern
from providers.local.scene.space import space
from providers.local.scene.sprite import sprite

SPACE = frozenset(
    words_of("space galaxy nebula cosmos cosmic planet planets astronaut orbit saturn")
)
SOMEBODY = frozenset(
    words_of(
        "portrait face character man boy person people hero heroine npc merchant villager "
        "pirate scholar professor vampire orc goblin troll elf elven ghost undead"
    )
).union(ARMED, BEARDED, CROWNED, HOODED, OLD, WIZARDS, WOMEN)
PLACES = frozenset(
    words_of(
        "landscape hill hills valley sky sunset sunrise sun moon night field meadow island road "
        "backdrop castle snow clouds"
    )
).union(SAND, TOPS, TOWN, WATER, WOODS)
ABSTRACT = frozenset(
    words_of(
        "abstract pattern geometric tile tiles circles mandala mosaic bauhaus texture wallpaper"
    )
)
THINGS = NAMES.union(words_of("item items object treasure icon"))
CREATURES = frozenset(
    words_of(
        "sprite pixel creature monster beast slime animal cat dog fox wolf bear owl dragon "
        "dragons robot alien demon imp pet"
    )
)
PORTRAIT = frozenset(words_of("portrait face character bust"))


def painted(
    prompt: str,
    unwanted: str,
    palette: Palette,
    size: Size,
    dice: random.Random,
    *,
    moving: bool = False,
) -> Scene:
    """The scene that a prompt asks for; one that moves has something beyond its frame."""
    spare = MARGIN if moving else 0.0
    across, down = (round(side * spare) for side in size)
    canvas = (size[0] + across * 2, size[1] + down * 2)
    brief = Brief(words_of(prompt), frozenset(words_of(unwanted)), palette, canvas, dice)
    direction = dice.choice((-1.0, 1.0))
    return Scene(_layers(brief), size, direction)


def _layers(brief: Brief) -> list[Layer]:
    for words, painter in PAINTERS:
        if brief.has(*words):
            return painter(brief)
    return (land if brief.dice.random() < 0.6 else pattern)(brief)


# Who is asked first: what stands in the middle of a picture before what is around it.
PAINTERS: tuple[tuple[frozenset[str], Callable[[Brief], list[Layer]]], ...] = (
    (PORTRAIT, figure),
    (THINGS, item),
    (CREATURES, sprite),
    (SOMEBODY, figure),
    (SPACE, space),
    (ABSTRACT, pattern),
    (PLACES, land),
)
