// Makes an asset the active one of a slot of a subject whose lock is held, in place of the one
// before; none, if $asset is null. One that is active already stays as it is.
// $workspace $subject $slot $asset $at $user
// -> before, slots
MATCH (s:Subject {workspace: $workspace, id: $subject})
OPTIONAL MATCH (s)-[old:ACTIVE {slot: $slot}]->(was:Asset)
OPTIONAL MATCH (a:Asset {workspace: $workspace, id: $asset})
WITH s, a, old, was.id AS before, coalesce(was = a, false) AS same
FOREACH (_ IN CASE WHEN same THEN [] ELSE [1] END | DELETE old)
FOREACH (_ IN CASE WHEN same OR a IS NULL THEN [] ELSE [1] END |
  CREATE (s)-[:ACTIVE {slot: $slot, since: $at, by: $user}]->(a))
WITH s, before
RETURN before, COUNT { (s)-[:ACTIVE]->() } AS slots
