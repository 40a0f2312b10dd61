// Notes the subject that generations are for.
// $workspace $ids $subject
// -> found
MATCH (s:Subject {workspace: $workspace, id: $subject}) WHERE s.deletedAt IS NULL
UNWIND $ids AS id
MATCH (g:Generation {workspace: $workspace, id: id})
CREATE (g)-[:FOR]->(s)
RETURN count(g) AS found
