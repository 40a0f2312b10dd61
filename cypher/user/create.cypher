// Creates a user.
// $properties $at
// -> user
CREATE (u:User)
SET u = $properties, u.createdAt = $at
RETURN <<user u>> AS user
