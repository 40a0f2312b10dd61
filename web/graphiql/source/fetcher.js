// Sends operations to the endpoint: queries and mutations by POST, subscriptions by WebSocket.
import { getOperationAST } from "graphql";
import { createClient } from "graphql-ws";

const REFUSED = [4401, 4403];
const NO_TOKEN = "There is no token yet. Make one with `pedigree token` and paste it above.";

/** `onRefused` is told when the server does not take the token. */
export function createFetcher(endpoint, token, onRefused) {
  return (request, { headers: typed = {}, documentAST } = {}) => {
    const headers = allHeaders(token, typed);
    if (!headers.has("authorization")) return Promise.resolve(failed(NO_TOKEN));
    return isSubscription(request, documentAST)
      ? follow(endpoint, request, headers, onRefused)
      : post(endpoint, request, headers, onRefused);
  };
}

function allHeaders(token, typed) {
  const headers = new Headers({ accept: "application/json", "content-type": "application/json" });
  headers.set("x-pedigree-client", "graphiql");
  if (token) headers.set("authorization", `Bearer ${token}`);
  for (const [name, value] of Object.entries(typed)) headers.set(name, value);
  return headers;
}

// As GraphQL tells of errors: an exception would be shown with its stack.
const failed = (message) => ({ errors: [{ message }] });

function isSubscription({ operationName }, documentAST) {
  const operation = documentAST && getOperationAST(documentAST, operationName);
  return operation?.operation === "subscription";
}

async function post(endpoint, request, headers, onRefused) {
  const answer = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(request) });
  if (answer.status === 401) onRefused();
  if (answer.headers.get("content-type")?.includes("json")) return answer.json();
  return failed(`The server answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
}

// An observable, not an iterator: an iterator would only stop after one more event.
function follow(endpoint, request, headers, onRefused) {
  const client = createClient({
    url: endpoint.replace(/^http/, "ws"),
    connectionParams: { authorization: headers.get("authorization") },
    retryAttempts: 0,
  });
  const explain = (problem) => {
    if (!(problem instanceof Event)) return problem;
    if (!(problem instanceof CloseEvent)) return { message: "No WebSocket could be opened." };
    if (REFUSED.includes(problem.code)) onRefused();
    return { message: `The connection was closed: ${problem.reason || "no reason"} (${problem.code})` };
  };
  return {
    subscribe: (sink) => {
      const error = (problem) => sink.error(explain(problem));
      return { unsubscribe: client.subscribe(request, { ...sink, error }) };
    },
  };
}
