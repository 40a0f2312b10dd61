// Calls off the removal of bytes that are wanted again, and keeps others from planning one until
// the transaction ends; tells whether one is under way, and whether an asset has the bytes already.
// $rows $at
// -> workspace, sha256, removing, taken
UNWIND $rows AS row
MERGE (c:Chore {key: row.key})
WITH c, row, coalesce(c.leaseUntil > $at, false) AS removing
FOREACH (_ IN CASE WHEN removing THEN [] ELSE [1] END | DELETE c)
WITH row, removing
OPTIONAL MATCH (a:Asset {workspace: row.workspace, uploadKey: row.sha256})
RETURN row.workspace AS workspace, row.sha256 AS sha256, removing, a IS NOT NULL AS taken
