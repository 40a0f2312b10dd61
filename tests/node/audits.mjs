// Runs every audit of graphql-http against PEDIGREE_URL and prints the results as JSON.
import { serverAudits } from "graphql-http";

const { PEDIGREE_URL: url, PEDIGREE_TOKEN: token } = process.env;

function fetchFn(input, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("authorization", `Bearer ${token}`);
  return fetch(input, { ...options, headers });
}

const results = [];
for (const { id, name, fn } of serverAudits({ url, fetchFn })) {
  const { status, reason } = await fn();
  results.push({ id, name, status, reason });
}
console.log(JSON.stringify(results));
