// Notes the versions of workflows that orders of generations run.
// $workspace $orders
// -> index, found
UNWIND $orders AS order
MATCH (w:Workflow {workspace: $workspace, id: order.workflow})
UNWIND order.ids AS id
MATCH (g:Generation {workspace: $workspace, id: id})
CREATE (g)-[:RAN]->(w)
RETURN order.index AS index, count(g) AS found
