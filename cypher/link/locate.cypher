// Where assets are and of what media type.
// $workspaces $ids
// -> id, workspace, mediaType
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
RETURN a.id AS id, a.workspace AS workspace, a.mediaType AS mediaType
