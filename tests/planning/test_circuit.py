"""When a provider is left alone, and when it is tried again."""

from datetime import UTC, datetime, timedelta

from graph.provider import Circuit, ProviderState
from planning.circuit import FAILURES_MAX, LONGEST, failed, held, looked_bad, looked_well, resting

AT = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = Circuit("far", ProviderState.CONNECTED, "Ready.")


def opened() -> Circuit:
    circuit = GOOD
    for _ in range(FAILURES_MAX):
        circuit = failed(circuit, AT, "away", 0.5)
    return circuit


def test_failures_in_a_row_open_it() -> None:
    circuit = GOOD
    for _ in range(FAILURES_MAX - 1):
        circuit = failed(circuit, AT, "away", 0.5)
    assert circuit.usable
    circuit = failed(circuit, AT, "away", 0.5)
    assert (circuit.state, circuit.usable) == (ProviderState.CIRCUIT_OPEN, False)
    assert circuit.retry_at
    assert circuit.retry_at > AT


def test_one_good_answer_between_them_keeps_it_closed() -> None:
    circuit = GOOD
    for _ in range(3 * FAILURES_MAX):
        circuit = held(failed(circuit, AT, "away", 0.5))
    assert circuit.usable


def test_an_open_one_is_closed_by_a_look_alone() -> None:
    assert held(opened()) == opened()
    closed = looked_well(opened(), AT, "Ready.", whole=True)
    assert (closed.state, closed.failures, closed.open_until) == (
        ProviderState.CONNECTED,
        0,
        None,
    )


def test_each_bad_look_waits_longer_up_to_a_bound() -> None:
    circuit, pauses = opened(), []
    for _ in range(10):
        circuit = looked_bad(circuit, AT, "away", 0.5)
        assert circuit.open_until
        pauses.append(circuit.open_until - AT)
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] == LONGEST


def test_chance_spreads_the_next_look() -> None:
    soon, late = (looked_bad(opened(), AT, "away", chance).open_until for chance in (0.0, 1.0))
    assert soon
    assert late
    assert soon < late


def test_a_key_that_is_refused_disconnects_it_at_once() -> None:
    circuit = looked_bad(GOOD, AT, "the key is refused", 0.5, denied=True)
    assert (circuit.state, circuit.message) == (ProviderState.DISCONNECTED, "the key is refused")


def test_one_that_was_never_seen_is_disconnected_until_it_answers() -> None:
    circuit = looked_bad(Circuit("far"), AT, "away", 0.5)
    assert circuit.state is ProviderState.DISCONNECTED
    assert looked_well(circuit, AT, "Ready.", whole=False).state is ProviderState.DEGRADED


def test_one_bad_look_at_a_good_one_is_one_failure() -> None:
    circuit = looked_bad(GOOD, AT, "away", 0.5)
    assert circuit.usable
    assert circuit.failures == 1


def test_a_rest_is_kept_until_its_end_and_never_shortened() -> None:
    circuit = resting(GOOD, AT, 30)
    assert circuit.rests(AT + timedelta(seconds=29))
    assert not circuit.rests(AT + timedelta(seconds=30))
    assert resting(circuit, AT, 3) == circuit
    assert circuit.usable
