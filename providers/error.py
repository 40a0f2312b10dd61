"""What can go wrong with a provider, by what may be done about it."""


class ProviderError(Exception):
    """Base of all; the message is for a person, and holds no secret and no address's query."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code  # the provider's own, as it wrote it


class Passing(ProviderError):
    """It may work later; `retry_in` is when, if that was said."""

    def __init__(
        self, message: str, *, code: str | None = None, retry_in: float | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.retry_in = retry_in


class Unreachable(Passing):
    """It does not answer, breaks off, or says that it is out of order. What was asked was not
    done, or does no harm done twice."""


class Busy(Passing):
    """It answers, and has no room for this now."""


class Broken(Passing):
    """It took the job and failed at it by no fault of the job."""


class JobGone(Passing):
    """It knows nothing of the job any more, and surely does not work on it: made anew, nothing
    is made twice."""


class SubmitLost(ProviderError):
    """No answer came to a submit and it cannot be looked up: it may be under way, and billed."""


class Refused(ProviderError):
    """It will never take this; `field` names the parameter at fault, if that is known."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        problems: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, code=code)
        self.field = field
        self.problems = problems


class Moderated(ProviderError):
    """It will not make this, or not show it, for what it is."""


class OutOfCredits(ProviderError):
    """The account has nothing left to pay it with."""


class Denied(ProviderError):
    """It does not let us in: the key is wrong or may not do this."""
