// The subjects of a workspace whose words match, newest first, before a cursor.
// $text $workspace $before $kinds $limit
// -> subject
CALL db.index.fulltext.queryNodes('subject_words', $text) YIELD node AS s
WHERE s.workspace = $workspace AND s.id < $before AND s.deletedAt IS NULL
  AND ($kinds IS NULL OR s.kind IN $kinds)
WITH s ORDER BY s.id DESC LIMIT $limit
RETURN <<subject s>> AS subject
