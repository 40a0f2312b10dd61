// The subjects of these ids that are in one of the workspaces, deleted ones too.
// $workspaces $ids
// -> subject
MATCH (s:Subject)
WHERE s.workspace IN $workspaces AND s.id IN $ids
RETURN <<subject s>> AS subject
