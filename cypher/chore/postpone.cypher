// Gives a chore back, to be tried again at $wakeAt, if the lease still holds.
// $key $lease $wakeAt
// -> key
MATCH (c:Chore {key: $key, lease: $lease})
SET c.wakeAt = $wakeAt, c.leaseUntil = null, c.lease = null
RETURN c.key AS key
