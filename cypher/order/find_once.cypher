// The generations that an idempotency key made.
// $workspace $keys
// -> generation
MATCH (g:Generation)
WHERE g.workspace = $workspace AND g.idempotencyKey IN $keys
RETURN <<generation g>> AS generation ORDER BY g.id
