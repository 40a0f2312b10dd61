// Makes a version the current one of its slot, in place of the one that was.
// $workspace $id
// -> workflow
MATCH (w:Workflow {workspace: $workspace, id: $id})
OPTIONAL MATCH (old:Workflow {workspace: $workspace, currentSlot: w.slot})
REMOVE old.currentSlot
WITH DISTINCT w
SET w.currentSlot = w.slot
RETURN <<workflow w>> AS workflow
