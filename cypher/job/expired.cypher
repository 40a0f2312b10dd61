// Running generations without a living lease, each told to one asker; they come again after $until
// unless somebody works on them by then.
// $providers $at $until $limit
// -> id, request, trace
MATCH (g:Generation)
WHERE g.running IN $providers AND g.leaseUntil <= $at
WITH g LIMIT $limit
SET g.lockedAt = $at
WITH g WHERE g.state = 'RUNNING' AND g.leaseUntil <= $at
SET g.leaseUntil = $until, g.lease = null
RETURN g.id AS id, g.request AS request, g.trace AS trace
