// Ends a generation that is held: sets what became of it, and lets go of the lease.
// $id $values $at
// -> generation
MATCH (g:Generation {id: $id})
SET g += $values, g.endedAt = $at, g.updatedAt = $at, g.running = null, g.lease = null,
  g.leaseUntil = null, g.submitting = null, g.stage = null
RETURN <<generation g>> AS generation
