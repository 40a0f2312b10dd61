// The assets that keys of an import, or ids, stand for, and whether anything points at them. What
// stands behind WITH, or is a degree, is not turned into a scan while the graph is nearly empty.
// $workspace $run $names $ids
// -> found
CALL () {
  UNWIND $ids AS name
  MATCH (a:Asset {workspace: $workspace, id: name})
  RETURN name, a
  UNION ALL
  UNWIND $names AS name
  MATCH (a:Asset {workspace: $workspace, idempotencyKey: $run + ':' + name})
  RETURN name, a
  UNION ALL
  UNWIND $names AS name
  MATCH (k:ImportKey {run: $run, key: name})
  WITH name, k.asset AS id
  MATCH (a:Asset {workspace: $workspace, id: id})
  RETURN name, a
}
RETURN collect([name, a.id, elementId(a), a.mediaType, COUNT { (a)<--() } > 0]) AS found
