// Puts a generation that is held back into its queue, where it was, not to begin before a time.
// $id $lane $notBefore $problem $failures $billed $at
MATCH (g:Generation {id: $id})
MERGE (l:Lane {key: $lane})
ON CREATE SET l.provider = g.provider, l.user = g.createdBy
SET g += $billed, g.state = 'QUEUED', g.lane = $lane, g.notBefore = $notBefore,
  g.problem = $problem, g.failures = $failures,
  g.formerJobs = coalesce(g.formerJobs, []) + coalesce(g.providerJob, []), g.providerJob = null,
  g.running = null, g.lease = null, g.leaseUntil = null, g.submitting = null, g.startedAt = null,
  g.progress = null, g.stage = null, g.updatedAt = $at
