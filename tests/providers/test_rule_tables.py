"""The tables speak the catalogue's language: every kind joins media that it may join."""

import pytest

from graph.edge import CATALOGUE, EdgeKind, MediaType, Operation
from providers.comfyui.rules import GUIDES, RANKS
from providers.kling.rules import SERVICE as KLING
from providers.pixverse.rules import SERVICE as PIXVERSE
from providers.rule import Endpoint, Own, Service
from providers.runway.rules import ENDPOINTS as SHARED
from providers.runway.rules import SERVICE as RUNWAY

SERVICES = (KLING, PIXVERSE, RUNWAY)
ENDPOINTS = [
    pytest.param(service, endpoint, id=f"{service.name}:{name}")
    for service in SERVICES
    for name, endpoint in service.endpoints.items()
] + [
    pytest.param(RUNWAY, endpoint, id=f"runway:{name}:{operation}")
    for (name, operation), endpoint in SHARED.items()
]


@pytest.mark.parametrize(("service", "endpoint"), ENDPOINTS)
def test_kinds_and_operations_are_of_the_catalogue(service: Service, endpoint: Endpoint) -> None:
    operations = {endpoint.operation}
    for row in (*endpoint.parameters, *endpoint.echo):
        operations.add(row.operation)
        assert MediaType(row.media_type) in CATALOGUE[EdgeKind(row.kind)].parent
        for field in row.fields:
            if isinstance(field, Own) and field.kind:
                assert MediaType(str(field.media_type)) in CATALOGUE[EdgeKind(field.kind)].parent
    assert operations - {None} <= set(Operation)


@pytest.mark.parametrize(("service", "endpoint"), ENDPOINTS)
def test_an_endpoint_with_inputs_has_an_operation(service: Service, endpoint: Endpoint) -> None:
    assert endpoint.operation or all(row.operation for row in endpoint.parameters)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_guess_is_a_known_endpoint(service: Service) -> None:
    assert {guess.endpoint for guess in service.guesses} <= set(service.endpoints)


def test_every_role_in_a_graph_has_a_rank() -> None:
    ranked = {role for rank in RANKS for role in rank}
    assert {guide.role for guide in GUIDES} <= ranked
    assert ranked - {"SOURCE"} <= set(EdgeKind)
