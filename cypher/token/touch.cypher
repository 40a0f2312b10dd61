// Notes when tokens were last used; an older time does not replace a newer one.
// $rows
UNWIND $rows AS row
MATCH (t:Token {id: row.id})
WHERE t.lastUsedAt IS NULL OR t.lastUsedAt < row.at
SET t.lastUsedAt = row.at
