// Makes a user a member, or gives a member another role.
// $id $user $role $at
// -> user, role, since
MATCH (w:Workspace {id: $id})
MATCH (u:User {id: $user})
MERGE (u)-[m:MEMBER]->(w)
ON CREATE SET m.since = $at
SET m.role = $role
RETURN <<user u>> AS user, m.role AS role, m.since.epochMillis AS since
