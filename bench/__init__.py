"""Measures Pedigree beside the parts it is made of: `python -m bench`."""
