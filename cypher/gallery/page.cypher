// The assets of each subject that pass the filters, newest first, before a cursor; with the slot each
// was made for, those it is active in, and whether it is the style reference. Ordered by both keys of
// the index of OF, so that it is read in its own order and only as far as the page goes.
// $workspaces $ids $before $slot $mediaTypes $deleted $limit
// -> id, items
MATCH (s:Subject)
WHERE s.workspace IN $workspaces AND s.id IN $ids
OPTIONAL MATCH (s)-[:ACTIVE {slot: $slot}]->(shown:Asset)
CALL (s, shown) {
  MATCH (a:Asset)-[of:OF]->(s)
  USING INDEX SEEK of:OF(subject, asset)
  WHERE of.subject = s.id AND of.asset < $before
    AND ($deleted OR a.deletedAt IS NULL) AND <<visible a>>
    AND ($slot IS NULL OR of.slot = $slot OR a = shown)
  WITH s, of, a ORDER BY of.subject DESC, of.asset DESC LIMIT $limit
  RETURN collect([of.slot, COLLECT { MATCH (s)-[use:ACTIVE]->(a) RETURN use.slot ORDER BY use.slot },
    EXISTS { (s)-[:STYLE]->(a) }, <<asset a>>]) AS items
}
RETURN s.id AS id, items
