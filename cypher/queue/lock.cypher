// Locks generations until the transaction ends, in the order of their ids, and tells how they stand.
// $workspace $ids $at
// -> generation, place, lane
MATCH (g:Generation)
WHERE g.workspace = $workspace AND g.id IN $ids
WITH g ORDER BY g.id
SET g.lockedAt = $at
RETURN <<generation g>> AS generation, g.place AS place, g.lane AS lane
