// Runs the operation in QUERY with graphql-sse, takes at most TAKE results, prints them as JSON.
import { createClient } from "graphql-sse";

const { PEDIGREE_URL: url, PEDIGREE_TOKEN, QUERY, TAKE = "1000" } = process.env;
const client = createClient({
  url,
  headers: { authorization: `Bearer ${PEDIGREE_TOKEN}` },
  retryAttempts: 0,
});

const results = [];
try {
  for await (const result of client.iterate({ query: QUERY })) {
    results.push(result);
    if (results.length >= Number(TAKE)) break;
  }
} catch (problem) {
  results.push({ status: problem.response?.status });
}
client.dispose();
console.log(JSON.stringify(results));
