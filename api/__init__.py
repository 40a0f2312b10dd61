"""The GraphQL and HTTP edge: it speaks, checks and shapes; it never queries."""
