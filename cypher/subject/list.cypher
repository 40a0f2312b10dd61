// The subjects of a workspace of some kinds, newest first, before a cursor. Ordered by both keys of
// the index, so that it is read in its own order and only as far as the page goes.
// $workspace $before $kinds $limit
// -> subject
MATCH (s:Subject)
WHERE s.workspace = $workspace AND s.id < $before AND s.deletedAt IS NULL
  AND ($kinds IS NULL OR s.kind IN $kinds)
RETURN <<subject s>> AS subject
ORDER BY s.workspace DESC, s.id DESC LIMIT $limit
