// Creates generations from rows of properties, in the queues of their user at their providers.
// $rows $lanes $user $at
// -> generation
UNWIND $lanes AS lane
MERGE (l:Lane {key: lane.key})
ON CREATE SET l.provider = lane.provider, l.user = $user
WITH count(l) AS lanes
UNWIND $rows AS row
CREATE (g:Generation)
SET g += row, g.createdBy = $user, g.createdAt = $at, g.updatedAt = $at, g.state = 'QUEUED',
  g.attempt = 0
RETURN <<generation g>> AS generation
