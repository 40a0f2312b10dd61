// Notes what generations are made from: for every one of $ids the same inputs.
// $workspace $ids $inputs
// -> found
UNWIND $inputs AS input
MATCH (a:Asset {workspace: $workspace, id: input.asset})
WHERE a.deletedAt IS NULL
WITH a, input
UNWIND $ids AS id
MATCH (g:Generation {workspace: $workspace, id: id})
CREATE (g)-[u:USED]->(a)
SET u = input.properties
RETURN count(u) AS found
