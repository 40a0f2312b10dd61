// Locks a provider until the transaction ends, and tells how it stands.
// $name $at
// -> circuit
MERGE (p:Provider {name: $name})
SET p.lockedAt = $at
RETURN <<circuit p>> AS circuit
