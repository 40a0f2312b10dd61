// Ends generations that are held: sets what became of each, and lets go of the leases.
// $rows $at
UNWIND $rows AS row
MATCH (g:Generation {id: row.id})
SET g += row.values, g.endedAt = $at, g.updatedAt = $at, g.running = null, g.lease = null,
  g.leaseUntil = null, g.submitting = null, g.stage = null
