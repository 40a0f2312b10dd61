// Locks a generation for its end, if the lease still holds.
// $id $lease $at
// -> generation
MATCH (g:Generation {id: $id})
SET g.lockedAt = $at
WITH g WHERE g.state = 'RUNNING' AND g.lease = $lease
RETURN <<generation g>> AS generation
