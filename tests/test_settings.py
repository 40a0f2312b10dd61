"""Settings: read from the environment, checked, and explained when wrong."""

import traceback

import pytest
from pydantic import ValidationError

import settings as module
from settings import Settings, SettingsError, environment_name, read_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)


def test_with_nothing_set_our_own_servers_are_meant() -> None:
    read = read_settings()
    assert (read.neo4j_uri, read.redis_url, read.media_url) == (None, None, None)
    assert read.host == "127.0.0.1"


def test_servers_are_named_as_everybody_names_them() -> None:
    names = [environment_name(field) for field in ("neo4j_uri", "redis_url", "data_dir")]
    assert names == ["NEO4J_URI", "REDIS_URL", "PEDIGREE_DATA_DIR"]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("neo4j_uri", "neo4j+s://db.example.org:7687", "neo4j+s://db.example.org:7687"),
        ("neo4j_uri", "bolt://127.0.0.1:7687", "bolt://127.0.0.1:7687"),
        ("redis_url", "rediss://r.example.org/1", "rediss://r.example.org/1"),
        ("media_url", "s3://bucket/prefix", "s3://bucket/prefix"),
        ("port", "0", 0),
        ("graphiql", "false", False),
        ("lineage_nodes_max", "7", 7),
        ("query_seconds", "0.5", 0.5),
        ("allow_private_fetch", " A.example , b.example,,", {"a.example", "b.example"}),
        ("allow_private_fetch", "", set()),
        (
            "cors_origins",
            "https://A.example, http://b.example:81",
            {"https://a.example", "http://b.example:81"},
        ),
        ("cors_origins", "*", {"*"}),
    ],
)
def test_each_is_read_from_its_variable(
    monkeypatch: pytest.MonkeyPatch, field: str, text: str, value: object
) -> None:
    monkeypatch.setenv(environment_name(field), text)
    assert getattr(read_settings(), field) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("cors_origins", "a.example"),
        ("cors_origins", "https://a.example/path"),
        ("cors_origins", "https://*.a.example"),
        ("neo4j_uri", "http://db.example.org"),
        ("neo4j_release", "4.4"),
        ("neo4j_heap_mb", "10"),
        ("redis_url", "127.0.0.1:6379"),
        ("media_url", "/var/media"),
        ("port", "65536"),
        ("port", "http"),
        ("public_url", "example.org"),
        ("secret_key", "too short"),
        ("log_level", "LOUD"),
        ("page_size_max", "0"),
        ("lineage_nodes_max", "5001"),
        ("query_seconds", "0"),
        ("link_seconds", "9"),
        ("token_cache_seconds", "-1"),
        ("oidc_issuer", "issuer"),
    ],
)
def test_a_wrong_one_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, field: str, text: str
) -> None:
    monkeypatch.setenv(environment_name(field), text)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value).startswith(f"{environment_name(field)}: ")
    assert str(Settings.model_fields[field].description) in str(caught.value)


def test_all_wrong_ones_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIGREE_PORT", "-1")
    monkeypatch.setenv("REDIS_URL", "nowhere")
    with pytest.raises(SettingsError, match=r"REDIS_URL: .*; PEDIGREE_PORT: "):
        read_settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "hunter-of-graphs")
    monkeypatch.setenv("PEDIGREE_SECRET_KEY", "k" * 32)
    shown = f"{read_settings()!r} {read_settings()} {read_settings().model_dump()}"
    assert "hunter-of-graphs" not in shown
    assert "k" * 32 not in shown


def test_a_wrong_secret_is_not_shown_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIGREE_SECRET_KEY", "hunter")
    monkeypatch.setenv("NEO4J_URI", "ftp://me:sesame@db.example.org")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert "hunter" not in str(caught.value)
    assert "sesame" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


KEYS = ["RUNWAY_KEY", "KLING_KEY", "KLING_ACCESS_KEY", "KLING_SECRET_KEY", "PIXVERSE_KEY"]


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("key", [" ", "key two", "key_1\n", "key_schl\xfcssel"])
def test_a_key_that_no_header_can_carry_is_told_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    monkeypatch.setenv(f"PEDIGREE_{name}", key)
    with pytest.raises(SettingsError, match=f"PEDIGREE_{name}: ") as caught:
        read_settings()
    shown = "".join(traceback.format_exception(caught.value))
    assert not key.strip() or key.strip() not in shown


def test_an_issuer_wants_an_audience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIGREE_OIDC_ISSUER", "https://issuer.example.org")
    with pytest.raises(SettingsError, match="PEDIGREE_OIDC_AUDIENCE is required"):
        read_settings()
    monkeypatch.setenv("PEDIGREE_OIDC_AUDIENCE", "pedigree")
    assert read_settings().oidc_audience == "pedigree"


def test_what_is_not_ours_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIGREE_SOMETHING_ELSE", "1")
    assert read_settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        read_settings().port = 1  # type: ignore[misc]


def test_every_setting_is_described_in_a_sentence() -> None:
    texts = {f: str(i.description) for f, i in Settings.model_fields.items()}
    assert not [field for field, text in texts.items() if not text.endswith(".")]


def test_a_process_reads_its_settings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    module.settings.cache_clear()
    try:
        first = module.settings()
        monkeypatch.setenv("PEDIGREE_PORT", "1")
        assert module.settings() is first
    finally:
        module.settings.cache_clear()


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files pass what is not set as empty."""
    monkeypatch.setenv("NEO4J_URI", "")
    assert read_settings().neo4j_uri is None
