// Lets go of a lease, so that another worker goes on at once.
// $id $lease $unsent $at
MATCH (g:Generation {id: $id})
SET g.lockedAt = $at
WITH g WHERE g.lease = $lease AND g.state = 'RUNNING'
SET g.leaseUntil = $at, g.lease = null,
  g.submitting = CASE WHEN $unsent THEN null ELSE g.submitting END
