"""Ten minutes of everything at once: `make soak`."""
