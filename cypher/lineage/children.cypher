// The edges to each asset from its direct children, oldest child first, after a cursor.
// Slots: kinds.
// $workspaces $ids $asOf $operations $evidence $mediaTypes $afterSequence $afterId $afterKind $limit
// -> id, edge, asset
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
CALL (a) {
  MATCH (a)<-[e:<<kinds>>]-(n:Asset)
  WHERE <<walkable e>> AND <<visible n>>
    AND ($afterId IS NULL OR n.id > $afterId OR (n.id = $afterId AND (type(e) > $afterKind
      OR (type(e) = $afterKind AND e.sequence > $afterSequence))))
  RETURN e, n ORDER BY n.id, type(e), e.sequence LIMIT $limit
}
RETURN a.id AS id, <<edge e>> AS edge, <<asset n>> AS asset
