// Notes why the bytes of a live asset could not be fetched, unless it has bytes by now.
// $workspace $id $problem $at
// -> id
MATCH (a:Asset {workspace: $workspace, id: $id})
SET a.updatedAt = a.updatedAt
WITH a WHERE a.deletedAt IS NULL AND a.mediaState <> 'STORED'
SET a.mediaState = 'FAILED', a.mediaProblem = $problem, a.updatedAt = $at
RETURN a.id AS id
