"""One render: what is asked of it, and how it tells what it does."""

import random
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from os import fstat, pread
from tempfile import TemporaryFile
from typing import IO, Any

import anyio.to_thread
from PIL import Image

from providers.contract import Input, Request
from providers.event import Event, Output, Preview, Progress
from providers.hint import MediaType
from providers.local.chance import chance
from providers.local.palette import Palette, of_pictures, of_words, words_of
from providers.local.picture import opened
from providers.value import text

MODEL = "pedigree-local"
PREVIEW_SIDE = 256
CHUNK = 1 << 18


class Stopped(Exception):
    """Nobody wants it any more."""


@dataclass(frozen=True)
class Given:
    """An input, and its bytes in a file without a name."""

    input: Input
    file: IO[bytes]

    def picture(self) -> Image.Image:
        return opened(self.file, self.input.parameter)


class Work:
    """A render's request and inputs. It is stopped between its steps, wherever it tells of one."""

    def __init__(
        self,
        request: Request,
        seed: int,
        given: Sequence[Given],
        tell: Callable[[Event], None],
    ) -> None:
        self.request = request
        self.parameters: Mapping[str, Any] = request.parameters
        self.seed = seed
        self._given = given
        self._tell = tell
        self._stop = threading.Event()

    def stop(self) -> None:
        """May be called from any thread."""
        self._stop.set()

    def at(self, fraction: float, stage: str) -> None:
        """Tells how far it is."""
        if self._stop.is_set():
            raise Stopped
        self._tell(Progress(round(min(max(fraction, 0.0), 1.0), 4), stage))

    def show(self, image: Image.Image) -> None:
        """Tells how it looks."""
        small = image.convert("RGB")
        small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        held = BytesIO()
        small.save(held, "JPEG", quality=78)
        self._tell(Preview("image/jpeg", held.getvalue()))

    def keep(self, index: int, media_type: MediaType, made: "Kept") -> None:
        """Hands over something that was made."""
        made.file.flush()
        self._tell(Output(index, media_type, made))

    def given(self, parameter: str) -> list[Given]:
        return [one for one in self._given if one.input.parameter == parameter]

    def first(self, parameter: str) -> Given:
        return self.given(parameter)[0]

    def text(self, name: str) -> str:
        """A parameter that is text; empty if there is none."""
        return text(self.parameters.get(name)) or ""

    def dice(self, part: str, seed: int | None = None) -> random.Random:
        """Chance that belongs to a part of this request, and to its seed or another."""
        asked = (self.request.operation, self.text("prompt"), self.text("negativePrompt"))
        return chance(self.seed if seed is None else seed, *asked, part)

    def palette(self, references: Sequence[Image.Image] = (), seed: int | None = None) -> Palette:
        """The colours of the references; without any, those of the words."""
        words = of_words(words_of(self.text("prompt")), self.dice("palette", seed))
        return of_pictures(references, words)

    def facts(self) -> dict[str, Any]:
        """How it was made, as what is made carries it."""
        return facts_of(self.request, self.seed)

    def facts_alone(self, seed: int) -> dict[str, Any]:
        """How one of several was made: what makes it anew, without the others."""
        return {**facts_of(self.request, seed), "count": 1}


def facts_of(request: Request, seed: int) -> dict[str, Any]:
    return {
        **request.parameters,
        "operation": request.operation,
        "model": MODEL,
        "seed": seed,
    }


class Kept:
    """The bytes of an output, in a file without a name that goes when nobody holds this."""

    def __init__(self) -> None:
        self.file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by the finalizer
        weakref.finalize(self, self.file.close)

    async def __call__(self) -> AsyncIterator[bytes]:
        number = self.file.fileno()
        for start in range(0, fstat(number).st_size, CHUNK):
            yield await anyio.to_thread.run_sync(pread, number, CHUNK, start)
