"""Tests of the providers."""

import pytest

for _name in ("conformance", "conforming", "described"):
    pytest.register_assert_rewrite(f"tests.providers.{_name}")
