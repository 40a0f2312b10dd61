// The providers that are to be looked at by now, each told to one asker, who does so within $until.
// $names $at $until
// -> name
UNWIND $names AS name
MERGE (p:Provider {name: name})
SET p.lockedAt = $at
WITH p WHERE p.checkAt IS NULL OR p.checkAt <= $at
SET p.checkAt = $until
RETURN p.name AS name
