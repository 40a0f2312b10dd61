// Which ids at providers an asset holds already.
// $workspace $keys
// -> taken
MATCH (u:ProviderUpload)
WHERE u.workspace = $workspace AND u.key IN $keys
RETURN collect(u.key) AS taken
