// Bytes that no asset has are looked for, from now on: a chore that is never done. Its target tells
// this graph from others that may have used the same store.
MERGE (c:Chore {key: 'sweep'})
ON CREATE SET c.kind = 'SWEEP', c.target = randomUUID(), c.createdAt = datetime(),
  c.wakeAt = datetime(), c.attempts = 0;
