// The tokens of a user, newest first, after a cursor.
// $user $before $limit
// -> token
MATCH (:User {id: $user})<-[:OF]-(t:Token)
WHERE t.id < $before
WITH t ORDER BY t.id DESC LIMIT $limit
RETURN <<token t>> AS token ORDER BY t.id DESC
