// Takes generations out of the queue for a worker to begin with, those that still wait.
// $ids $at $until
// -> id, workspace, request, trace
MATCH (g:Generation)
WHERE g.id IN $ids
SET g.lockedAt = $at
WITH g WHERE g.state = 'QUEUED'
SET g.state = 'RUNNING', g.running = g.provider, g.leaseUntil = $until, g.startedAt = $at,
  g.updatedAt = $at, g.lane = null, g.notBefore = null, g.problem = null
RETURN g.id AS id, g.workspace AS workspace, g.request AS request, g.trace AS trace
