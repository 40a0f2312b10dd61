"""What the built-in provider paints: for every word something, at every size, again the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.local.chance import chance
from providers.local.palette import of_words, words_of
from providers.local.scene import PAINTERS, painted
from providers.local.scene.layer import finished
from providers.local.schema import SEED_MOST

PROMPTS = (
    "a lake under the moon at night",
    "neon city street",
    "desert dunes",
    "portrait of an old wizard with glasses",
    "a hooded elf, pirate",
    "dwarf knight in armour",
    "a ringed planet in space",
    "abstract circles",
    "mosaic tiles",
    "a sword",
    "a red potion",
    "a shield",
    "a book",
    "a gem",
    "treasure",
    "a dragon",
    "nothing that is known",
    "",
    "\u96ea\u5c71",
)
SIZES = ((64, 64), (64, 320), (320, 64), (98, 66))


def paint(prompt: str, size: tuple[int, int], seed: int, moving: bool = False) -> bytes:
    palette = of_words(words_of(prompt), chance(prompt, seed))
    scene = painted(prompt, "clouds", palette, size, chance(seed), moving=moving)
    for moment in (0.0, 0.5, 1.0) if moving else (0.5,):
        image = finished(scene.frame(moment), chance("grain"))
        assert (image.size, image.mode) == (size, "RGB")
        assert len(set(image.resize((8, 8)).tobytes())) > 8, "there is something to see"
    return image.tobytes()


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(PROMPTS),
    st.sampled_from(SIZES),
    st.integers(0, SEED_MOST),
    st.booleans(),
)
def test_every_prompt_is_painted(
    prompt: str, size: tuple[int, int], seed: int, moving: bool
) -> None:
    assert paint(prompt, size, seed, moving) == paint(prompt, size, seed, moving)


@pytest.mark.parametrize("words", [words for words, _ in PAINTERS], ids=min)
def test_a_word_calls_for_its_painter(words: frozenset[str]) -> None:
    alone = words - {word for other, _ in PAINTERS if other is not words for word in other}
    word = min(alone)
    assert paint(word, (96, 96), 1) != paint("zzz", (96, 96), 1)


def test_a_seed_gives_another_picture() -> None:
    assert len({paint("mountains", (96, 96), seed) for seed in range(5)}) == 5
