// The chores whose time has come, each told to one asker; they come again after $until unless done.
// $at $until $limit
// -> key, request, trace
MATCH (c:Chore)
WHERE c.wakeAt <= $at AND (c.leaseUntil IS NULL OR c.leaseUntil <= $at)
WITH c ORDER BY c.wakeAt LIMIT $limit
SET c.wakeAt = $until
RETURN c.key AS key, c.request AS request, c.trace AS trace
