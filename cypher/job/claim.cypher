// Leases running generations to one worker, those that no other holds, and tells all that is needed
// to run them; also to one who asks again as no answer came. `doubtful` says that a submit was begun
// before of which no answer is known: `submitting` is the lease under which that was. `tries` counts
// submits, one in doubt and its next as one. Rows come in the order of their ids, so that two who
// claim some never wait for each other.
// $rows $at $until
// -> generation, lease, tries, doubtful, failures, parameters, inputs, workflow, subject
UNWIND $rows AS row
MATCH (g:Generation {id: row.id})
SET g.lockedAt = $at
WITH g, row WHERE g.state = 'RUNNING'
  AND (g.lease IS NULL OR g.leaseUntil <= $at OR g.lease = row.lease)
WITH g, row, coalesce(g.submitting <> row.lease, false) AS doubtful,
  g.providerJob IS NULL AND g.cancelAskedAt IS NULL AS submits
SET g.lease = row.lease, g.leaseUntil = $until,
  g.tries = coalesce(g.tries, 0) + CASE WHEN submits AND g.submitting IS NULL THEN 1 ELSE 0 END,
  g.submitting = CASE WHEN submits THEN coalesce(g.submitting, row.lease) ELSE g.submitting END
RETURN <<generation g>> AS generation, row.lease AS lease, g.tries AS tries, doubtful,
  coalesce(g.failures, 0) AS failures, g.parameters AS parameters,
  [(g)-[u:USED]->(a:Asset) | [properties(u), <<asset a>>,
    [(a)<-[:HOLDS]-(k:ProviderUpload) WHERE k.provider = g.provider | [k.kind, k.value]]]] AS inputs,
  head([(g)-[:RAN]->(w:Workflow) | w.json]) AS workflow,
  head([(g)-[:FOR]->(s:Subject) | s.name]) AS subject
