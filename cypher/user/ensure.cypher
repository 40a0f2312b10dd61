// The user of an address, created if there is none.
// $email $id $at
// -> user, created
MERGE (u:User {email: $email})
ON CREATE SET u.id = $id, u.createdAt = $at
RETURN <<user u>> AS user, u.id = $id AS created
