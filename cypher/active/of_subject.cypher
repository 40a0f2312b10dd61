// The active assets of subjects, by slot.
// $workspaces $ids
// -> id, actives
MATCH (s:Subject)
WHERE s.workspace IN $workspaces AND s.id IN $ids
CALL (s) {
  MATCH (s)-[use:ACTIVE]->(a:Asset)
  WITH use, a ORDER BY use.slot
  RETURN collect([use.slot, use.since.epochMillis, use.by, <<asset a>>]) AS actives
}
RETURN s.id AS id, actives
