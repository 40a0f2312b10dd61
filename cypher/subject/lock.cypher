// Takes the lock under which a subject and what it uses are changed, until the transaction ends.
// $workspace $id $at
// -> subject
MATCH (s:Subject {workspace: $workspace, id: $id})
SET s.lockedAt = $at
WITH s WHERE s.deletedAt IS NULL
RETURN <<subject s>> AS subject
