"""Refusals: what a client can be told, and the one place where anything else is masked."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from graph import error as graph_error
from graph.identifier import new_id
from media.errors import MediaError
from workers.broker import QueueUnavailable
from workers.workflow import ServiceAway

log = logging.getLogger("pedigree.api")

RETRY_SECONDS = 2.0

# What a request is told that names no operation, or one that its transport does not carry.
UNRUNNABLE = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)


class NotAllowedError(Exception):
    """The caller sees the thing but may not do this to it."""


class LimitExceededError(Exception):
    """More was asked for than is allowed."""

    def __init__(self, limit: str, asked: int, allowed: int) -> None:
        super().__init__(f"{limit} is {asked}, and at most {allowed} is allowed")
        self.limit, self.asked, self.allowed = limit, asked, allowed


@strawberry.interface(description="Why something was not done. Nothing was changed.")
class Refusal:
    message: str = strawberry.field(description="What is wrong, in a sentence for a person.")


@strawberry.type(description="An input is wrong; `field` names it.")
class InvalidInput(Refusal):
    field: str = strawberry.field(description="Path of the input at fault, such as `edges.2.kind`.")
    hint: str | None = strawberry.field(default=None, description="What to do about it.")


@strawberry.type(description="There is no such thing, or you may not see it.")
class NotFound(Refusal):
    field: str = strawberry.field(description="Path of the input that names it.")


@strawberry.type(description="You may see this, but your role does not allow changing it.")
class NotAllowed(Refusal):
    pass


@strawberry.type(description="It collides with what is there already.")
class Conflict(Refusal):
    field: str = strawberry.field(description="Path of the input that collides.")
    hint: str | None = strawberry.field(default=None, description="What to do about it.")


@strawberry.type(description="More was asked for than is allowed.")
class LimitExceeded(Refusal):
    limit: str = strawberry.field(description="Which limit.")
    asked: int = strawberry.field(description="What was asked for.")
    allowed: int = strawberry.field(description="The most that is allowed.")


@strawberry.type(description="A server behind Pedigree is away. Nothing was changed; try again.")
class Unavailable(Refusal):
    retry_in_seconds: float = strawberry.field(
        name="retryIn", description="Seconds to wait before trying again."
    )


def refusal(error: BaseException) -> Refusal | None:  # noqa: PLR0911  one line a refusal
    """What a client is told of an expected error; None for anything unexpected."""
    match error:
        case graph_error.InvalidInput():
            return InvalidInput(message=error.message, field=error.field, hint=error.hint)
        case graph_error.NotFound():
            return NotFound(message=error.message, field=error.field)
        case graph_error.Conflict():
            return Conflict(message=error.message, field=error.field, hint=error.hint)
        case graph_error.Unavailable():
            return Unavailable(
                message="The graph is away or busy; nothing was changed.",
                retry_in_seconds=error.retry_in,
            )
        case QueueUnavailable():
            return Unavailable(
                message="Live events are away; what you asked for can be read meanwhile.",
                retry_in_seconds=RETRY_SECONDS,
            )
        case ServiceAway():
            return Unavailable(message=error.message, retry_in_seconds=error.retry_in)
        case NotAllowedError():
            return NotAllowed(message=str(error))
        case MediaError():
            return InvalidInput(message=str(error), field="file", hint=None)
        case LimitExceededError():
            return LimitExceeded(
                message=str(error), limit=error.limit, asked=error.asked, allowed=error.allowed
            )
    return None


class _Refusing:
    """Turns an expected exception into the member of the field's union that tells of it."""

    def handle(self, exception: Exception, **_: Any) -> Refusal | None:
        return refusal(exception)


def _handler(exceptions: tuple[type[Exception], ...], answer: type[Refusal]) -> Any:
    members = {"exception_type": exceptions, "error_type": answer}
    return type(f"{answer.__name__}Handler", (_Refusing, strawberry.ExceptionHandler), members)()


HANDLERS = (
    _handler((graph_error.InvalidInput, MediaError), InvalidInput),
    _handler((graph_error.NotFound,), NotFound),
    _handler((graph_error.Conflict,), Conflict),
    _handler((graph_error.Unavailable, ServiceAway), Unavailable),
    _handler((NotAllowedError,), NotAllowed),
    _handler((LimitExceededError,), LimitExceeded),
)


def _code(answer: Refusal) -> str:
    name = type(answer).__name__
    return "".join("_" + c if c.isupper() and i else c for i, c in enumerate(name)).upper()


def _spoken(error: GraphQLError, answer: Refusal) -> GraphQLError:
    details = {k: v for k, v in vars(answer).items() if k != "message" and v is not None}
    if "retry_in_seconds" in details:
        details["retryIn"] = details.pop("retry_in_seconds")
    return GraphQLError(
        answer.message,
        nodes=error.nodes,
        path=error.path,
        extensions={"code": _code(answer), **details},
    )


def told(error: GraphQLError) -> GraphQLError:
    """The error as a client may read it: refusals speak, the rest is logged and masked."""
    original = error.original_error
    if original is None:
        return error
    while isinstance(original, GraphQLError) and original.original_error:
        original = original.original_error
    answer = refusal(original)
    if answer:
        return _spoken(error, answer)
    if isinstance(original, GraphQLError):
        return error
    if isinstance(original, UNRUNNABLE):
        return GraphQLError(error.message, extensions={"code": "BAD_REQUEST"})
    number = new_id()
    log.error("unexpected error %s at %s", number, error.path, exc_info=original)
    return GraphQLError(
        f"Something went wrong on our side; it is logged as {number}.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL", "id": number},
    )


class ToldErrors(SchemaExtension):
    """Puts every error of an answer through `told`, whatever way the answer leaves by."""

    def __init__(self, tell: Callable[[GraphQLError], GraphQLError] = told) -> None:
        self._tell_one = tell

    def on_operation(self) -> Iterator[None]:
        self.streamed = False
        yield
        if not self.streamed:
            self._tell(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        self.streamed = True
        self._tell(result)
        for part in (
            *(getattr(result, "incremental", None) or ()),
            *(getattr(result, "completed", None) or ()),
        ):
            self._tell(part)
        yield

    def _tell(self, result: Any) -> None:
        if getattr(result, "errors", None):
            result.errors = [self._tell_one(error) for error in result.errors]
