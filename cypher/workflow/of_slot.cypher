// The current workflow of a slot.
// $workspace $slot
// -> workflow
MATCH (w:Workflow {workspace: $workspace, currentSlot: $slot})
RETURN <<workflow w>> AS workflow
