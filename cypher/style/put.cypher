// Makes an asset the style reference of a subject whose lock is held, in place of the one before;
// none, if $asset is null. One that is it already stays as it is.
// $workspace $subject $asset $at $user
// -> before
MATCH (s:Subject {workspace: $workspace, id: $subject})
OPTIONAL MATCH (s)-[old:STYLE]->(was:Asset)
OPTIONAL MATCH (a:Asset {workspace: $workspace, id: $asset})
WITH s, a, old, was.id AS before, coalesce(was = a, false) AS same
FOREACH (_ IN CASE WHEN same THEN [] ELSE [1] END | DELETE old)
FOREACH (_ IN CASE WHEN same OR a IS NULL THEN [] ELSE [1] END |
  CREATE (s)-[:STYLE {since: $at, by: $user}]->(a))
RETURN before
