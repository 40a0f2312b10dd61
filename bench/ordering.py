"""An order of many generations, as a client sends it."""

from bench.error import BenchError
from bench.wire import HttpClient, data_of
from graph.edge import Operation

PROMPT = "a fox in the snow"
ORDER = """mutation Order($input: GenerateInput!) { generate(input: $input) {
  __typename ... on GenerationsQueued { generations { id } } } }"""


def request(client: HttpClient, provider: str, workspace: str, count: int) -> bytes:
    """Ready to be sent."""
    wish = {
        "provider": provider,
        "operation": Operation.TEXT_TO_IMAGE.name,
        "prompt": PROMPT,
        "count": count,
        "workspace": workspace,
    }
    return client.request(ORDER, {"input": wish})


def ids_of(body: bytes) -> list[str]:
    """The generations that wait by now."""
    answer = data_of(body)["generate"]
    if "generations" not in answer:
        raise BenchError(f"the order was refused: {answer}")
    return [one["id"] for one in answer["generations"]]
