// Says that what generations made is of the subjects that it was made for.
// $ids
UNWIND $ids AS id
MATCH (g:Generation {id: id})-[:FOR]->(s:Subject)
MATCH (g)<-[:OUTPUT_OF]-(a:Asset)
CREATE (a)-[:OF {subject: s.id, asset: a.id, slot: g.slot}]->(s)
