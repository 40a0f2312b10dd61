// How providers stand.
// $names
// -> circuit
MATCH (p:Provider)
WHERE p.name IN $names
RETURN <<circuit p>> AS circuit
