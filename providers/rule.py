"""The form of the tables that say which parameters of a service name parents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.hint import MediaType


@dataclass(frozen=True)
class Own:
    """A field with the provider's own id, and the id space it counts in.

    An id that can only be of one medium overrides the row's kind and medium.
    """

    name: str
    id_kind: str
    media_type: MediaType | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Link:
    """A field with a URL, an upload address, a data URI or base64."""

    name: str


@dataclass(frozen=True)
class Where:
    """A row holds only for items whose field has one of these values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    """One row: which parameter names a parent, and what that parent is to the child.

    `at` leads to the object or list (`[]`) that holds the fields; the first field present
    wins. An item that is no object stands for the first field. Of the rows for one list the
    first whose `where` holds takes the item, or one for the list's `first`. `operation` set
    means: with this parent, the request is that operation. `span` names milliseconds of the
    parent.
    """

    kind: str
    media_type: MediaType
    fields: tuple[Own | Link, ...]
    at: str = ""
    where: Where | None = None
    bare: bool = False
    first: bool = False
    operation: str | None = None
    prompt: str | None = None
    duration: tuple[str, ...] = ()
    span: tuple[str, str] | None = None
    frame: str | None = None


@dataclass(frozen=True)
class Endpoint:
    """What a request to one address does. `echo` are rows of the answer, which know better."""

    operation: str | None
    parameters: tuple[Parameter, ...] = ()
    echo: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class Identity:
    """Where the answer carries the id of what was made."""

    at: str
    name: str
    id_kind: str
    where: Where | None = None


@dataclass(frozen=True)
class Guess:
    """A request kept without its address is this one when a field of each group is there."""

    endpoint: str
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Service:
    """A whole provider. An endpoint ending in `/*` carries the model in its address."""

    name: str
    endpoints: Mapping[str, Endpoint]
    prompt: tuple[str, ...]
    negative_prompt: tuple[str, ...]
    model: tuple[str, ...]
    identities: tuple[Identity, ...]
    seed: tuple[str, ...] = ("seed",)
    envelope: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = field(default=())
