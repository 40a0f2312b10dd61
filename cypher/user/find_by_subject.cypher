// The user that an identity of an issuer belongs to.
// $subject
// -> user
MATCH (u:User {subject: $subject})
RETURN <<user u>> AS user
