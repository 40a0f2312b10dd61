// Runs the operation in QUERY with graphql-ws, takes at most TAKE results, prints them as JSON.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { PEDIGREE_URL, PEDIGREE_TOKEN, QUERY, TAKE = "1000" } = process.env;
const client = createClient({
  url: PEDIGREE_URL.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${PEDIGREE_TOKEN}` },
  retryAttempts: 0,
});

const results = [];
try {
  for await (const result of client.iterate({ query: QUERY })) {
    results.push(result);
    if (results.length >= Number(TAKE)) break;
  }
} catch (problem) {
  results.push({ code: problem.code, reason: problem.reason, errors: problem });
}
await client.dispose();
console.log(JSON.stringify(results));
