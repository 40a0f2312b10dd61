// Notes that the schema has reached a version; never goes back.
// $version $at
MERGE (s:Schema {name: 'pedigree'})
SET s.version = CASE WHEN coalesce(s.version, 0) < $version THEN $version ELSE s.version END,
  s.migratedAt = datetime({epochMillis: $at})
