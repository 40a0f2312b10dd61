// The workflows of these ids that are in one of the workspaces.
// $workspaces $ids
// -> workflow
MATCH (w:Workflow)
WHERE w.workspace IN $workspaces AND w.id IN $ids
RETURN <<workflow w>> AS workflow
