// What a new version of a slot comes upon: what the same key saved before, what is current with
// all it says, and the newest version.
// $workspace $slot $once
// -> saved, current, name, json, rules, version
OPTIONAL MATCH (s:Workflow {workspace: $workspace, idempotencyKey: $once})
OPTIONAL MATCH (c:Workflow {workspace: $workspace, currentSlot: $slot})
CALL () {
  MATCH (v:Workflow)
  WHERE v.workspace = $workspace AND v.slot = $slot AND v.version > 0
  RETURN v.version AS version ORDER BY v.workspace DESC, v.slot DESC, v.version DESC LIMIT 1
  UNION ALL
  RETURN 0 AS version
}
WITH s, c, max(version) AS version
RETURN CASE WHEN s IS NULL THEN NULL ELSE <<workflow s>> END AS saved,
  CASE WHEN c IS NULL THEN NULL ELSE <<workflow c>> END AS current,
  c.name AS name, c.json AS json, c.rules AS rules, version
