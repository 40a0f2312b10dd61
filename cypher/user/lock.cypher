// Takes the lock under which a sign-in is linked to the user of an address.
// $email $at
// -> id
MATCH (u:User {email: $email})
SET u.changedAt = $at
RETURN u.id AS id
