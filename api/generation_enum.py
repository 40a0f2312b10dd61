"""The enums around generations as GraphQL shows them."""

from api.enum import describe
from graph.generation import Failure, GenerationState, Urgency
from graph.provider import ProviderState
from providers.contract import Detail

describe(
    GenerationState,
    "Where a generation is.",
    {
        GenerationState.QUEUED: "It waits for its turn.",
        GenerationState.RUNNING: "A worker and its provider are at it.",
        GenerationState.COMPLETED: "Its outputs are here, with their lineage.",
        GenerationState.FAILED: "It made nothing; `failure` and `problem` say why.",
        GenerationState.CANCELLED: "It was called off.",
        GenerationState.UNKNOWN: "It was sent, and whether it arrived cannot be found out: it may have been made, and billed. Look there before you retry it.",
    },
)
describe(
    Failure,
    "Why a generation ended without its outputs.",
    {
        Failure.REFUSED: "The provider does not take it as it is; change it.",
        Failure.MODERATED: "The provider will not make or show it for what it is.",
        Failure.OUT_OF_CREDITS: "The account there has nothing left; fill it up, then retry.",
        Failure.PROVIDER_FAILED: "The provider failed at it, more than once; retry later.",
        Failure.SUBMIT_LOST: "No answer came when it was sent, and it cannot be looked up.",
        Failure.TIMED_OUT: "It took longer than is allowed here.",
        Failure.INPUT_GONE: "What it was to be made from was deleted before its turn.",
        Failure.BAD_OUTPUT: "What came cannot be read, however often it was fetched.",
        Failure.NOT_CONFIGURED: "Its provider is not configured any more.",
    },
)
describe(
    Urgency,
    "How urgent a generation is; the more urgent begin first, whoever's they are.",
    {
        Urgency.HIGH: "Before all others.",
        Urgency.NORMAL: "In its turn.",
        Urgency.LOW: "When nothing else waits.",
    },
)
describe(
    ProviderState,
    "Whether a provider can be used.",
    {
        ProviderState.CONNECTED: "It answers.",
        ProviderState.DEGRADED: "It answers, and is not whole.",
        ProviderState.CIRCUIT_OPEN: "It failed too often; what is for it waits until `retryIn`.",
        ProviderState.DISCONNECTED: "It does not answer, or does not let us in.",
        ProviderState.NOT_CONFIGURED: "Nobody told us its address or key.",
    },
)
describe(
    Detail,
    "What can be said along with an input.",
    {
        Detail.PROMPT: "The words that go with it.",
        Detail.NAME: "What the prompt calls it.",
        Detail.START_SECONDS: "From where in it.",
        Detail.END_SECONDS: "To where in it.",
        Detail.FRAME: "Which frame of it.",
        Detail.DURATION_SECONDS: "For how long.",
    },
)
