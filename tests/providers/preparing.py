"""What a service is asked while a submit is only prepared, and may be cut short."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

Call = tuple[str, str]


class Preparing:
    """To be given to a job; `asked` is the list of all that the service is asked."""

    def __init__(self, asked: Sequence[Call]) -> None:
        self.calls: list[Call] = []
        self._asked = asked

    @contextmanager
    def __call__(self) -> Iterator[None]:
        before = len(self._asked)
        try:
            yield
        finally:
            self.calls += self._asked[before:]
