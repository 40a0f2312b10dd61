// Links an identity of an issuer to a user; a name already known stays.
// $id $subject $name
// -> user
MATCH (u:User {id: $id})
SET u.subject = $subject, u.name = coalesce(u.name, $name)
RETURN <<user u>> AS user
