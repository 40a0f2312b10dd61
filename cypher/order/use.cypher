// Notes what generations are made from: for all of an order the same inputs.
// $workspace $orders
// -> index, found
UNWIND $orders AS order
UNWIND order.inputs AS input
MATCH (a:Asset {workspace: $workspace, id: input.asset})
WHERE a.deletedAt IS NULL
UNWIND order.ids AS id
MATCH (g:Generation {workspace: $workspace, id: id})
CREATE (g)-[u:USED]->(a)
SET u = input.properties
RETURN order.index AS index, count(u) AS found
