// Leases a chore to one worker, unless another holds it, or it went while we waited for its lock.
// $key $at $until $lease
// -> key, kind, workspace, target, sha256, attempts, lease
MATCH (c:Chore {key: $key})
SET c.touched = $lease
WITH c WHERE c.kind IS NOT NULL AND (c.leaseUntil IS NULL OR c.leaseUntil <= $at)
SET c.lease = $lease, c.leaseUntil = $until, c.attempts = c.attempts + 1
RETURN c.key AS key, c.kind AS kind, c.workspace AS workspace, c.target AS target,
  c.sha256 AS sha256, c.attempts AS attempts, c.lease AS lease
