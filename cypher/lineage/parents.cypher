// What each asset was made from directly, with the edges in the order of the inputs, after a cursor.
// Slots: kinds.
// $workspaces $ids $asOf $operations $evidence $mediaTypes $afterSequence $afterId $afterKind $limit
// -> id, relatives
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
CALL (a) {
  MATCH (a)-[e:<<kinds>>]->(n:Asset)
  WHERE <<walkable e>> AND <<visible n>>
    AND ($afterSequence IS NULL OR e.sequence > $afterSequence
      OR (e.sequence = $afterSequence AND (n.id > $afterId
        OR (n.id = $afterId AND type(e) > $afterKind))))
  WITH e, n ORDER BY e.sequence, n.id, type(e) LIMIT $limit
  RETURN collect([<<edge e>>, <<asset n>>]) AS relatives
}
RETURN a.id AS id, relatives
