// Asks the query in QUERY with urql's core, by POST and by GET, and prints both as JSON.
import { Client, cacheExchange, fetchExchange } from "@urql/core";

const { PEDIGREE_URL: url, PEDIGREE_TOKEN: token, QUERY } = process.env;

async function ask(preferGetMethod) {
  const client = new Client({
    url,
    preferGetMethod,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });
  const { data, error } = await client.query(QUERY, {}).toPromise();
  return { data, error: error?.message };
}

console.log(JSON.stringify([await ask(false), await ask("force")]));
