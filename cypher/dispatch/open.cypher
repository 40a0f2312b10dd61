// Takes the turn to dispatch for a provider, until the transaction ends; tells how it stands.
// $provider $at
// -> circuit
MERGE (p:Provider {name: $provider})
SET p.dispatchedAt = $at
RETURN <<circuit p>> AS circuit
