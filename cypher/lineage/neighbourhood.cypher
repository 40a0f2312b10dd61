// What each asset was made from and what was made from it, nearest first, with the edges between
// them; whether there are more than $nodes within $depth, and whether the lineage goes on beyond
// it: the walk takes one hop more to know. One row each, as the driver takes its time for a row.
// Slots: kinds, up and down (hops to walk in each direction: one more than $depth, or none).
// $workspaces $ids $asOf $operations $evidence $mediaTypes $nodes $depth
// -> id, assets, depths, edges, more, beyond
MATCH (root:Asset)
WHERE root.workspace IN $workspaces AND root.id IN $ids AND root.createdAt <= $asOf
CALL (root) {
  CALL (root) {
    MATCH p = (root)-[:<<kinds>>*0..<<up>>]->(b:Asset)
    WHERE all(r IN relationships(p) WHERE <<walkable r>>)
      AND all(n IN nodes(p) WHERE n = root OR <<visible n>>)
    WITH b, min(length(p)) AS hops ORDER BY hops LIMIT $nodes + 1
    RETURN b, -hops AS depth
    UNION
    MATCH p = (root)<-[:<<kinds>>*0..<<down>>]-(b:Asset)
    WHERE all(r IN relationships(p) WHERE <<walkable r>>)
      AND all(n IN nodes(p) WHERE n = root OR <<visible n>>)
    WITH b, min(length(p)) AS hops ORDER BY hops LIMIT $nodes + 1
    RETURN b, hops AS depth
  }
  WITH b, depth ORDER BY abs(depth), b.id LIMIT $nodes + 1
  WITH collect(b) AS found, [d IN collect(depth) WHERE abs(d) <= $depth] AS inside
  RETURN found[..size(inside)][..$nodes] AS shown, inside[..$nodes] AS depths,
    size(inside) > $nodes AS more, size(inside) < size(found) AS beyond
}
CALL (shown) {
  UNWIND shown AS b
  MATCH (b)-[e:<<kinds>>]->(n) WHERE n IN shown AND <<walkable e>>
  RETURN collect(<<edge e>>) AS edges
}
RETURN root.id AS id, [b IN shown | <<asset b>>] AS assets, depths, edges, more, beyond
