// Ends what deleted assets are used as: active in a slot of a subject, or its style reference.
// $workspace $ids
// -> subject, asset, type, slot
MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.id IN $ids
MATCH (a)<-[use:ACTIVE|STYLE]-(s:Subject)
WITH a, s, use, type(use) AS type, use.slot AS slot
DELETE use
RETURN s.id AS subject, a.id AS asset, type, slot
