"""Every query, one file each: <noun>/<verb>.cypher."""
