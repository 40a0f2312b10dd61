"""What calls to Kling carry."""

import time

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from providers.kling.auth import headers_of
from settings import Settings
from tests.providers.kling_running import Running, kling, kling_process, pair
from tests.providers.kling_server import ACCESS, KEY, SECRET

__all__ = ["kling", "kling_process"]


def test_a_pair_of_keys_signs_a_token() -> None:
    headers = headers_of(pair())
    assert headers is not None
    scheme, _, told = headers()["Authorization"].partition(" ")
    token = jwt.decode(told, OctKey.import_key(SECRET), algorithms=["HS256"])
    now = time.time()
    assert scheme == "Bearer"
    assert token.header == {"alg": "HS256", "typ": "JWT"}
    assert token.claims.keys() == {"iss", "exp", "nbf"}
    assert token.claims["iss"] == ACCESS
    assert 1790 < token.claims["exp"] - now <= 1800
    assert -10 < token.claims["nbf"] - now <= -5


def test_a_key_goes_before_a_pair_and_as_it_is() -> None:
    headers = headers_of(pair().model_copy(update={"kling_key": SecretStr(KEY)}))
    assert headers is not None
    assert headers() == {"Authorization": f"Bearer {KEY}"}


def test_without_keys_there_is_none() -> None:
    none = {"kling_key": None, "kling_access_key": None, "kling_secret_key": None}
    assert headers_of(Settings().model_copy(update=none)) is None


@pytest.mark.anyio
async def test_a_token_is_made_for_each_call(
    kling: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, now = kling.provider(), time.time()
    await provider.health()
    monkeypatch.setattr("providers.kling.auth.time.time", lambda: now + 3)
    await provider.health()
    first, second = kling.server.tokens
    assert first != second


@pytest.mark.anyio
async def test_a_key_is_let_in(kling: Running) -> None:
    settings = Settings().model_copy(update={"kling_key": SecretStr(KEY)})
    health = await kling.provider(settings=settings).health()
    assert not health.problem
    assert kling.server.tokens == [KEY]
