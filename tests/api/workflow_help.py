"""What the tests of workflows ask, and short ways to ask it."""

from typing import Any

from tests.api.conftest import Client
from tests.providers.comfyui_workflows import portrait

REFUSED = """
fragment Refused on Refusal {
  __typename message
  ... on InvalidInput { field hint } ... on NotFound { field } ... on Conflict { field hint } ... on Unavailable { retryIn }
}
"""
TOLD = """
fragment Told on Workflow {
  id slot version name current sizeBytes createdBy workspaceId json
  promptMappings { input source value }
  lockedInputs { input value }
  styleReference { mode input }
}
"""
SAVE = """
mutation ($input: SaveWorkflowInput!) {
  saveWorkflow(input: $input) { ... on WorkflowSaved { workflow { ...Told } } ...Refused }
}
"""
LOOK = """
  operation outputMediaType positivePrompts negativePrompts seeds widths heights problems
  parameters { key name type value node { id classType title } }
  inputs { key mediaType kind required file node { id } }
  samplers { id } models { key name role } saves { mediaType preview node { id } }
  styleReference { key node { id classType } }
"""
ANALYSE = f"""
query ($json: JSON!) {{
  analyseWorkflow(json: $json) {{ ... on WorkflowAnalysis {{ {LOOK} }} ...Refused }}
}}
"""


def refused(field: str, kind: str = "InvalidInput") -> dict[str, str]:
    return {"__typename": kind, "field": field}


def told(answer: dict[str, Any]) -> dict[str, str]:
    return {name: answer[name] for name in ("__typename", "field")}


async def ask(who: Client, query: str, **variables: Any) -> Any:
    """The one field that is asked for."""
    fragments = {"...Refused": REFUSED, "...Told": TOLD}
    text = query + "".join(part for name, part in fragments.items() if name in query)
    return next(iter((await who.ask(text, **variables)).values()))


def portraits(**more: Any) -> dict[str, Any]:
    return {
        "slot": "portrait",
        "name": "Portrait Generator",
        "json": portrait(),
        "promptMappings": [
            {"input": "6.text", "source": "TEMPLATE", "value": "{description}, portrait"},
            {"input": "7.text", "source": "STATIC", "value": "blurry, low quality"},
        ],
        "lockedInputs": [{"input": "3.steps", "value": 30}, {"input": "3.sampler_name"}],
        **more,
    }


async def save(who: Client, **more: Any) -> Any:
    answer = await ask(who, SAVE, input=portraits(**more))
    return answer.get("workflow", answer)
