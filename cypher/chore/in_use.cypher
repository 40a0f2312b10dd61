// Whether a live asset has these bytes.
// $sha256
// -> used
RETURN EXISTS {
  MATCH (a:Asset {sha256: $sha256}) WHERE a.mediaState = 'STORED' AND a.deletedAt IS NULL
} AS used
