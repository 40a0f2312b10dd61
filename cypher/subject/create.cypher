// Creates a subject, or finds the one that the same idempotency key made.
// $workspace $id $once $properties $at $user
// -> subject, created
MERGE (s:Subject {workspace: $workspace, idempotencyKey: $once})
ON CREATE SET s += $properties, s.id = $id, s.createdBy = $user, s.createdAt = $at, s.updatedAt = $at
RETURN <<subject s>> AS subject, s.id = $id AS created
