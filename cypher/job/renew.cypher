// Prolongs leases with how far each is, and tells which still hold and which are to be cancelled.
// Rows come in the order of their ids, so that two who renew never wait for each other.
// $rows $at $until
// -> id, cancel
UNWIND $rows AS row
MATCH (g:Generation {id: row.id})
SET g.lockedAt = $at
WITH g, row WHERE g.lease = row.lease AND g.state = 'RUNNING'
SET g.leaseUntil = $until, g.progress = row.progress, g.stage = row.stage
RETURN g.id AS id, g.cancelAskedAt IS NOT NULL AS cancel
