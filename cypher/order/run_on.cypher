// Notes the version of a workflow that generations run.
// $workspace $ids $workflow
// -> found
MATCH (w:Workflow {workspace: $workspace, id: $workflow})
UNWIND $ids AS id
MATCH (g:Generation {workspace: $workspace, id: id})
CREATE (g)-[:RAN]->(w)
RETURN count(g) AS found
