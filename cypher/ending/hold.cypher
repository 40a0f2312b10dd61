// Locks generations for their end, those whose lease still holds. Rows come in the order of their
// ids, so that two who end some never wait for each other.
// $rows $at
// -> generation
UNWIND $rows AS row
MATCH (g:Generation {id: row.id})
SET g.lockedAt = $at
WITH g, row WHERE g.state = 'RUNNING' AND g.lease = row.lease
RETURN <<generation g>> AS generation
