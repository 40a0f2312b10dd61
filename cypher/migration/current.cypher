// The version of the schema that the last migration left.
// -> version
OPTIONAL MATCH (s:Schema {name: 'pedigree'})
RETURN coalesce(s.version, 0) AS version
