// Notes the subjects that orders of generations are for. What is made again is for one that was
// deleted since, too: it tells what was.
// $workspace $orders
// -> index, found
UNWIND $orders AS order
MATCH (s:Subject {workspace: $workspace, id: order.subject})
WHERE order.again OR s.deletedAt IS NULL
UNWIND order.ids AS id
MATCH (g:Generation {workspace: $workspace, id: id})
CREATE (g)-[:FOR]->(s)
RETURN order.index AS index, count(g) AS found
