// The workspace that was created with an idempotency key.
// $once
// -> workspace
MATCH (w:Workspace {idempotencyKey: $once})
RETURN <<workspace w>> AS workspace
