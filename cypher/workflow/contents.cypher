// What workflows say in full: the graph, and the rules by which it is filled.
// $workspaces $ids
// -> id, json, rules
MATCH (w:Workflow)
WHERE w.workspace IN $workspaces AND w.id IN $ids
RETURN w.id AS id, w.json AS json, w.rules AS rules
