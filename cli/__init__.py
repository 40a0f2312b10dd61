"""The `pedigree` command."""
