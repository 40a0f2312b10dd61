"""When a provider is left alone, and when it is tried again."""

from dataclasses import replace
from datetime import datetime, timedelta

from graph.generation import Price
from graph.provider import Circuit, ProviderState

FAILURES_MAX = 5
FIRST = timedelta(seconds=5)
LONGEST = timedelta(seconds=60)
REST = timedelta(seconds=5)
REST_LONGEST = timedelta(minutes=10)


def failed(circuit: Circuit, at: datetime, message: str, chance: float) -> Circuit:
    """After a call that was not answered. `chance`, 0 to 1, spreads the next look."""
    failures = circuit.failures + 1
    counted = replace(circuit, failures=failures)
    if failures < FAILURES_MAX or not circuit.usable:
        return counted
    return _opened(counted, at, message, chance)


def held(circuit: Circuit) -> Circuit:
    """After a call that was answered. An open circuit is closed by a look at it alone."""
    return replace(circuit, failures=0, opened=0) if circuit.usable else circuit


def resting(circuit: Circuit, at: datetime, seconds: float | None) -> Circuit:
    """After it said that it has no room."""
    rest = timedelta(seconds=seconds) if seconds is not None else REST
    until = at + min(rest, REST_LONGEST)
    if circuit.rest_until and circuit.rest_until >= until:
        return circuit
    return replace(circuit, rest_until=until)


def looked_well(
    circuit: Circuit, at: datetime, message: str, *, whole: bool, balance: Price | None = None
) -> Circuit:
    """After a look at it that it answered: it is used again."""
    state = ProviderState.CONNECTED if whole else ProviderState.DEGRADED
    rest = circuit.rest_until if circuit.rests(at) else None
    return replace(
        circuit,
        state=state,
        message=message,
        failures=0 if circuit.open_until else circuit.failures,
        balance_micros=balance.micros if balance else None,
        balance_unit=balance.unit if balance else None,
        open_until=None,
        rest_until=rest,
        checked_at=at,
    )


def looked_bad(
    circuit: Circuit, at: datetime, message: str, chance: float, *, denied: bool = False
) -> Circuit:
    """After a look at it that failed. Where it was of use until now, that is one more failure."""
    looked = replace(circuit, checked_at=at)
    if circuit.usable and not denied:
        return failed(looked, at, message, chance)
    if circuit.state is ProviderState.CIRCUIT_OPEN and not denied:
        return _opened(looked, at, message, chance)
    return replace(
        _opened(looked, at, message, chance), state=ProviderState.DISCONNECTED, message=message
    )


def _opened(circuit: Circuit, at: datetime, message: str, chance: float) -> Circuit:
    pause = min(FIRST * 2 ** min(circuit.opened, 10), LONGEST) * (0.75 + chance / 2)
    return replace(
        circuit,
        state=ProviderState.CIRCUIT_OPEN,
        message=message,
        opened=circuit.opened + 1,
        open_until=at + pause,
    )
