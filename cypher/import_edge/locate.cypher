// The assets that keys of an import, or ids, stand for, and whether anything was made from them.
// Slots: kinds.
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
  MATCH (a:Asset {workspace: $workspace, id: k.asset})
  RETURN name, a
}
RETURN collect([name, a.id, elementId(a), a.mediaType, EXISTS { (a)<-[:<<kinds>>]-() }]) AS found
