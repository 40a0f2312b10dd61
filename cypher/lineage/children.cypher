// What was made from each asset directly, with the edges; oldest child first, after a cursor.
// Slots: kinds.
// $workspaces $ids $asOf $operations $evidence $mediaTypes $afterSequence $afterId $afterKind $limit
// -> id, relatives
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
CALL (a) {
  MATCH (a)<-[e:<<kinds>>]-(n:Asset)
  WHERE <<walkable e>> AND <<visible n>>
    AND ($afterId IS NULL OR n.id > $afterId OR (n.id = $afterId AND (type(e) > $afterKind
      OR (type(e) = $afterKind AND e.sequence > $afterSequence))))
  WITH e, n ORDER BY n.id, type(e), e.sequence LIMIT $limit
  RETURN collect([<<edge e>>, <<asset n>>]) AS relatives
}
RETURN a.id AS id, relatives
