// The generations that idempotency keys made.
// $workspace $keys
// -> key, generation
MATCH (g:Generation)
WHERE g.workspace = $workspace AND g.idempotencyKey IN $keys
RETURN g.idempotencyKey AS key, <<generation g>> AS generation ORDER BY g.id
