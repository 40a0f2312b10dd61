// Takes the lock under which an import goes on, until the transaction ends, and tells how far it is.
// $workspace $id $at
// -> bytes, batch, problems, createdAt
MATCH (r:ImportRun {workspace: $workspace, id: $id})
SET r.lockedAt = $at
RETURN r.bytes AS bytes, r.batch AS batch, r.problems AS problems,
  r.createdAt.epochMillis AS createdAt
