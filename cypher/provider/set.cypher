// Sets how a locked provider stands.
// $name $values
MATCH (p:Provider {name: $name})
SET p += $values
