// Revokes a token.
// $id $at
// -> token
MATCH (t:Token {id: $id})
SET t.revokedAt = $at
RETURN <<token t>> AS token
