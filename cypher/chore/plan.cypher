// Plans chores; one that is planned already stays as it is.
// $rows $at
UNWIND $rows AS row
MERGE (c:Chore {key: row.key})
ON CREATE SET c += row, c.createdAt = $at, c.wakeAt = $at, c.attempts = 0
