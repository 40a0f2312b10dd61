// Of some bytes, those that no live asset has.
// $hashes
// -> sha256
UNWIND $hashes AS sha256
WITH sha256 WHERE NOT EXISTS {
  MATCH (a:Asset {sha256: sha256}) WHERE a.mediaState = 'STORED' AND a.deletedAt IS NULL
}
RETURN sha256
