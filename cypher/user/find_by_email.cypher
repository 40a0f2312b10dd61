// The user of an address, and whether a sign-in is linked to them.
// $email
// -> user, subject
MATCH (u:User {email: $email})
RETURN <<user u>> AS user, u.subject AS subject
