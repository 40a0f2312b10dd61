"""What Kling's codes and messages mean, by what may be done about it."""

import re
from collections.abc import Mapping

from providers.address import bare
from providers.error import (
    Broken,
    Busy,
    Denied,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)

KINDS: Mapping[int, type[ProviderError]] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1103, 1304), Denied),
    **dict.fromkeys((1100, 1101, 1102), OutOfCredits),
    **dict.fromkeys((1200, 1201, 1202, 1203), Refused),
    **dict.fromkeys((1300, 1301), Moderated),
    **dict.fromkeys((1302, 1303), Busy),
    **dict.fromkeys((5000, 5001, 5002), Unreachable),
}
# By these it is open whether a submit was taken; maintenance takes none.
UNSURE = frozenset({5000, 5002})
ABSENT = "1203"
# Kling asks for at least so long a pause when its slots are full.
BUSY_SECONDS = 1.0
TOLD_MOST = 500
HINTS = {
    1000: "check the keys",
    1001: "check the keys",
    1002: "check the keys",
    1003: "check the clock of this machine",
    1004: "check the clock of this machine",
    1304: "add the address of this machine to the account's allow-list",
}
UNSEEMLY = re.compile(
    r"risk|sensitiv|violat|moderat|polic(y|ies)|unsafe|safety|prohibit|inappropriate"
    r"|敏感|违规|风控|审核"
)
UNFIT = re.compile(
    r"invalid|not valid|unsupported|not support|illegal|format|parameter|too (long|short|large|small)"
    r"|no (face|person|human)|not (detected|recogni[sz]ed)|must (be|not)|exceed|参数|不支持|未检测"
)


def of_code(
    code: int, message: str, *, submits: bool = False, retry_in: float | None = None
) -> ProviderError | None:
    """What a code means; None for one that is not known. A 429 is split by it."""
    kind, name = KINDS.get(code), str(code)
    hint = f"; {HINTS[code]}" if code in HINTS else ""
    told = f"Kling: {plain(message)}{hint}"
    if kind is None:
        return None
    if submits and code in UNSURE:
        return SubmitLost(told, code=name)
    if issubclass(kind, Passing):
        wait = max(retry_in or 0.0, BUSY_SECONDS) if kind is Busy else retry_in
        return kind(told, code=name, retry_in=wait)
    return kind(told, code=name)


def of_failure(message: str) -> ProviderError:
    """Why a task failed; Kling gives no code then, only words."""
    words = message.lower()
    told = f"Kling: {plain(message)}"
    if UNSEEMLY.search(words):
        return Moderated(told)
    if UNFIT.search(words):
        return Refused(told)
    return Broken(told)


def plain(message: str) -> str:
    """A message without the queries of addresses, which may open something."""
    return bare(message)[:TOLD_MOST] or "no reason was given"
