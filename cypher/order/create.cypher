// Creates generations from rows of properties, in the queue of their user and provider.
// $rows $lane $provider $user $at
// -> generation
MERGE (l:Lane {key: $lane})
ON CREATE SET l.provider = $provider, l.user = $user
WITH l
UNWIND $rows AS row
CREATE (g:Generation)
SET g += row, g.lane = $lane, g.provider = $provider, g.createdBy = $user, g.createdAt = $at,
  g.updatedAt = $at, g.state = 'QUEUED', g.attempt = 0
RETURN <<generation g>> AS generation
