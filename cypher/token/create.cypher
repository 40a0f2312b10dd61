// Creates a token of a user, within one workspace if it is named; no row if the user is no member.
// $properties $at $user $workspace
// -> token
MATCH (u:User {id: $user})
OPTIONAL MATCH (u)-[:MEMBER]->(w:Workspace {id: $workspace})
WITH u, w WHERE $workspace IS NULL OR w IS NOT NULL
CREATE (t:Token)-[:OF]->(u)
SET t = $properties, t.createdAt = $at
FOREACH (place IN CASE WHEN w IS NULL THEN [] ELSE [w] END | CREATE (t)-[:WITHIN]->(place))
RETURN <<token t>> AS token
