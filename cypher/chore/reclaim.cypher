// Calls off the removal of bytes that are wanted again, and keeps others from planning one until
// the transaction ends; tells whether the removal is under way.
// $key $at
// -> removing
MERGE (c:Chore {key: $key})
WITH c, coalesce(c.leaseUntil > $at, false) AS removing
FOREACH (_ IN CASE WHEN removing THEN [] ELSE [1] END | DELETE c)
RETURN removing
