// Says that what a generation made is of the subject that it was made for.
// $workspace $generation
// -> subject
MATCH (g:Generation {workspace: $workspace, id: $generation})-[:FOR]->(s:Subject)
MATCH (g)<-[:OUTPUT_OF]-(a:Asset)
CREATE (a)-[:OF {subject: s.id, asset: a.id, slot: g.slot}]->(s)
RETURN DISTINCT s.id AS subject
