// Creates a workspace whose creator owns it.
// $properties $at $user
// -> workspace
MATCH (u:User {id: $user})
CREATE (w:Workspace)
SET w = $properties, w.createdAt = $at
CREATE (u)-[:MEMBER {role: 'OWNER', since: $at}]->(w)
RETURN <<workspace w>> AS workspace
