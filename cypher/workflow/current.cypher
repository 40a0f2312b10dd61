// The current workflow of every slot of a workspace, by slot, after a cursor.
// $workspace $after $limit
// -> workflow
MATCH (w:Workflow)
WHERE w.workspace = $workspace AND w.currentSlot > $after
WITH w ORDER BY w.workspace, w.currentSlot LIMIT $limit
RETURN <<workflow w>> AS workflow
