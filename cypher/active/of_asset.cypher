// What each asset is the active one of: subjects and slots, newest subject first, after a cursor.
// $workspaces $ids $before $after $limit
// -> id, actives
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
CALL (a) {
  MATCH (a)<-[use:ACTIVE]-(s:Subject)
  WHERE s.id < $before OR (s.id = $before AND use.slot > $after)
  WITH use, s ORDER BY s.id DESC, use.slot LIMIT $limit
  RETURN collect([use.slot, use.since.epochMillis, use.by, <<subject s>>]) AS actives
}
RETURN a.id AS id, actives
