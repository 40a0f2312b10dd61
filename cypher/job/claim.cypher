// Leases a running generation to one worker, unless another holds it; tells all that is needed to
// run it. `doubtful` says that a submit was begun before of which no answer is known.
// $id $lease $at $until
// -> generation, doubtful, failures, parameters, inputs, workflow, request, subject
MATCH (g:Generation {id: $id})
SET g.lockedAt = $at
WITH g WHERE g.state = 'RUNNING' AND (g.lease IS NULL OR g.leaseUntil <= $at)
WITH g, coalesce(g.submitting, false) AS doubtful
SET g.lease = $lease, g.leaseUntil = $until,
  g.submitting = CASE WHEN g.providerJob IS NULL AND g.cancelAskedAt IS NULL THEN true ELSE g.submitting END
RETURN <<generation g>> AS generation, doubtful, coalesce(g.failures, 0) AS failures,
  g.parameters AS parameters,
  [(g)-[u:USED]->(a:Asset) | [properties(u), <<asset a>>,
    [(a)<-[:HOLDS]-(k:ProviderUpload) WHERE k.provider = g.provider | [k.kind, k.value]]]] AS inputs,
  head([(g)-[:RAN]->(w:Workflow) | w.json]) AS workflow, g.providerRequest AS request,
  head([(g)-[:FOR]->(s:Subject) | s.name]) AS subject
