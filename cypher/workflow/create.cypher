// Adds a version of a slot, which is current from now on in place of the one that was.
// $workspace $id $slot $version $name $json $rules $size $once $user $at
// -> workflow
OPTIONAL MATCH (old:Workflow {workspace: $workspace, currentSlot: $slot})
REMOVE old.currentSlot
WITH DISTINCT $id AS id
CREATE (w:Workflow {workspace: $workspace, id: id, slot: $slot, version: $version,
  currentSlot: $slot, name: $name, json: $json, rules: $rules, size: $size,
  idempotencyKey: $once, createdBy: $user, createdAt: $at})
RETURN <<workflow w>> AS workflow
