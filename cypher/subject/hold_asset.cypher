// Holds a live asset that a subject is to use, so that it stays live until the transaction ends.
// $workspace $id
// -> mediaType, mediaState
MATCH (a:Asset {workspace: $workspace, id: $id})
SET a.updatedAt = a.updatedAt
WITH a WHERE a.deletedAt IS NULL
RETURN a.mediaType AS mediaType, a.mediaState AS mediaState
