// Ends a membership; that it was stays, so what the user made keeps its maker's name.
// $id $user $at
// -> user, role, since
MATCH (u:User {id: $user})-[m:MEMBER]->(w:Workspace {id: $id})
CREATE (u)-[:LEFT {role: m.role, since: m.since, until: $at}]->(w)
WITH u, m, m.role AS role, m.since.epochMillis AS since
DELETE m
RETURN <<user u>> AS user, role, since
