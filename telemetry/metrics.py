"""What is counted. Every label takes its values from a short list that is known beforehand.

Processes of one run count in files of one folder, which their supervisor reads when it is asked.
"""

import os

from prometheus_client import Counter, Gauge, Histogram

# The library looks for it, too, as it is imported: so the supervisor names it to its children.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
ON = FOLDER in os.environ

FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SLOW = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0)

HTTP_SECONDS = Histogram(
    "pedigree_http_request_seconds",
    "Requests over HTTP, by route, method and status; a stream lasts until its end.",
    ["route", "method", "status"],
    buckets=FAST,
)
OPERATION_SECONDS = Histogram(
    "pedigree_operation_seconds",
    "GraphQL queries and mutations, by transport, kind and outcome.",
    ["transport", "kind", "outcome"],
    buckets=FAST,
)
SUBSCRIPTIONS_ENDED = Counter(
    "pedigree_subscriptions_ended",
    "GraphQL subscriptions that ended, by transport and outcome.",
    ["transport", "outcome"],
)
SUBSCRIPTIONS_RUNNING = Gauge(
    "pedigree_subscriptions_running",
    "GraphQL subscriptions that run, by transport.",
    ["transport"],
    multiprocess_mode="livesum",
)
CONNECTIONS_OPEN = Gauge(
    "pedigree_connections_open",
    "Requests and sockets that are open, by transport: http, sse or websocket.",
    ["transport"],
    multiprocess_mode="livesum",
)
QUERY_SECONDS = Histogram(
    "pedigree_graph_query_seconds",
    "Queries of the graph, by their name in the catalogue.",
    ["query"],
    buckets=FAST,
)
QUERY_ERRORS = Counter(
    "pedigree_graph_query_errors",
    "Queries of the graph that failed, by name and error.",
    ["query", "error"],
)
JOB_SECONDS = Histogram(
    "pedigree_job_seconds",
    "Jobs that ended, by actor and outcome.",
    ["actor", "outcome"],
    buckets=SLOW,
)
