// The token that was issued with an idempotency key.
// $once
// -> token
MATCH (t:Token {idempotencyKey: $once})
RETURN <<token t>> AS token
