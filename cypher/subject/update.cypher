// Changes properties of a subject whose lock is held.
// $workspace $id $changes $at
// -> subject
MATCH (s:Subject {workspace: $workspace, id: $id})
SET s += $changes, s.updatedAt = $at
RETURN <<subject s>> AS subject
