// Calls off the removal of bytes that are wanted again, and keeps others from planning one until
// the transaction ends; tells whether one is under way, and which bytes an asset has already.
// $workspace $keys $hashes $at
// -> removing, taken
UNWIND $keys AS key
MERGE (c:Chore {key: key})
WITH c, coalesce(c.leaseUntil > $at, false) AS removing
FOREACH (_ IN CASE WHEN removing THEN [] ELSE [1] END | DELETE c)
WITH collect(removing) AS all
OPTIONAL MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.uploadKey IN $hashes
RETURN any(one IN all WHERE one) AS removing, collect(a.uploadKey) AS taken
