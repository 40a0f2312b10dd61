"""Pure decisions: what should happen next, from what is known, without I/O."""
