// Ends a chore, if the lease still holds.
// $key $lease
// -> key
MATCH (c:Chore {key: $key, lease: $lease})
DELETE c
RETURN $key AS key
