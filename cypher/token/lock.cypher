// Takes the lock under which a token is revoked, until the transaction ends.
// $id $at
// -> id
MATCH (t:Token {id: $id})
SET t.changedAt = $at
RETURN t.id AS id
