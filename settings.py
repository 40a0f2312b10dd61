"""Every setting of Pedigree, read once from the environment."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    FilePath,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
ORIGIN = re.compile(r"https?://[^/?#@\s*]+")


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what was expected."""


def _sendable(key: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", key.get_secret_value()):
        raise ValueError("it is no key: one has letters, digits and signs without spaces")
    return key


# What a header can carry.
ApiKey = Annotated[SecretStr, AfterValidator(_sendable)]


class Settings(BaseSettings):
    """Field descriptions are the reference the README lists; a test keeps the two the same."""

    model_config = SettingsConfigDict(
        env_prefix="PEDIGREE_", extra="ignore", frozen=True, env_ignore_empty=True
    )

    # The servers behind it. None means: start our own as a child process.
    neo4j_uri: str | None = Field(
        None,
        validation_alias="NEO4J_URI",
        pattern=r"^(bolt|neo4j)(\+s|\+ssc)?://",
        description="Neo4j to use, such as neo4j+s://host:7687. Unset: start our own.",
    )
    neo4j_user: str = Field("neo4j", validation_alias="NEO4J_USER", description="Neo4j user.")
    neo4j_password: SecretStr = Field(
        SecretStr(""), validation_alias="NEO4J_PASSWORD", description="Neo4j password."
    )
    neo4j_database: str = Field(
        "neo4j", validation_alias="NEO4J_DATABASE", description="Neo4j database name."
    )
    neo4j_heap_mb: int = Field(
        768, ge=256, description="Heap of our own Neo4j in MiB; its page cache gets half as much."
    )
    neo4j_release: Literal["2026.08", "5.26"] = Field(
        "2026.08", description="Release of our own Neo4j: 2026.08, or 5.26 for long-term support."
    )
    redis_url: str | None = Field(
        None,
        validation_alias="REDIS_URL",
        pattern=r"^(redis|rediss|unix)://",
        description="Redis to use, such as redis://host:6379/0. Unset: start our own.",
    )
    media_url: str | None = Field(
        None,
        validation_alias="MEDIA_URL",
        pattern=r"^(file|s3|gs|az)://",
        description="Where media bytes live: file://, s3://, gs:// or az://. Unset: a folder in the data directory.",
    )
    data_dir: Path = Field(
        ROOT / ".pedigree", description="Folder of everything our own servers and media keep."
    )
    cache_dir: Path = Field(
        Path("~/.cache/pedigree").expanduser(),
        description="Per-user cache of downloaded Neo4j jars.",
    )
    start_wait_seconds: float = Field(
        300.0,
        ge=0,
        description="How long a start waits for a Neo4j or Redis that does not answer yet.",
    )

    # The edge.
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(
        8000, ge=0, le=65535, description="Port the API listens on; 0 takes a free one."
    )
    public_url: HttpUrl | None = Field(
        None,
        description="The address clients use, when a proxy stands in front; links are made with it.",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Signs media and upload links, at least 32 characters. Unset: one is made and kept in the data directory; several hosts need the same one.",
    )
    cors_origins: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="Origins, comma-separated, whose pages may use the API from a browser, such as https://studio.example; * for all.",
    )
    trusted_documents: FilePath | None = Field(
        None,
        description="JSON file of documents by their SHA-256, which clients may name by that alone.",
    )
    trusted_only: bool = Field(
        False,
        description="Whether only documents of that file are run; GraphiQL is of no use then.",
    )
    graphiql: bool = Field(True, description="Whether browsers get GraphiQL at /graphql.")
    log_level: Annotated[str, Field(pattern="^(DEBUG|INFO|WARNING|ERROR)$")] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How log lines are written: text for people, or a JSON object each."
    )
    log_requests: bool = Field(
        False,
        description="Whether each request is logged, which costs a small question a tenth of its time; those that fail are logged anyway.",
    )
    metrics_address: str | None = Field(
        None,
        pattern=r"^(\[[0-9a-f:]+\]|[^:\[\]]+):[0-9]{1,5}$",
        description="Address and port, such as 127.0.0.1:9464, where Prometheus finds the metrics of all processes of a run; keep it from the internet. Unset: nothing is counted.",
    )
    token_cache_seconds: float = Field(
        5.0,
        ge=0,
        le=60,
        description="How long a process trusts what it read about a token; a revocation elsewhere takes at most this long.",
    )
    token_check_seconds: float = Field(
        10.0,
        ge=0.1,
        le=600,
        description="How often the token of an open WebSocket or event stream is looked at again; a revoked one closes it.",
    )

    # Limits.
    page_size_max: int = Field(200, ge=1, le=1000, description="Largest page of any connection.")
    lineage_nodes_max: int = Field(
        5000, ge=1, le=5000, description="Largest maxNodes of a lineage question."
    )
    upload_max_mb: int = Field(
        512, ge=1, description="Largest file accepted by upload, link or fetch, in MiB."
    )
    image_pixels_max: int = Field(
        120_000_000, ge=1, description="Most pixels of an image that is opened; more is refused."
    )
    subscriptions_per_connection: int = Field(
        100, ge=1, le=10_000, description="Most operations that run at once on one WebSocket."
    )
    link_seconds: int = Field(
        900, ge=10, le=86_400, description="How long a signed media or upload link is good for."
    )
    query_seconds: float = Field(
        20.0, gt=0, description="Longest a single graph query may run before Neo4j stops it."
    )

    # Limits of one operation.
    query_depth_max: int = Field(
        15,
        ge=1,
        le=100,
        description="Deepest nesting of fields; introspection has a depth of its own.",
    )
    query_aliases_max: int = Field(
        500,
        ge=0,
        description="Most aliases of an operation, counted at every spread of a fragment.",
    )
    query_root_fields_max: int = Field(
        100, ge=1, description="Most fields at the root of an operation."
    )
    query_fields_max: int = Field(
        1000,
        ge=1,
        description="Most fields of an operation, counted at every spread of a fragment.",
    )
    query_directives_max: int = Field(
        100, ge=0, description="Most directives of an operation, counted at every spread."
    )
    query_tokens_max: int = Field(
        5000, ge=100, description="Most tokens of a document; the parser stops there."
    )
    query_cost_max: int = Field(
        200_000,
        ge=1,
        description="Most objects that an operation may ask for: a page costs its size times what is in it. A size given as a variable counts as the largest page.",
    )
    variables_depth_max: int = Field(
        32, ge=1, le=500, description="Deepest nesting of objects and lists in variables."
    )
    operation_seconds: float = Field(
        30.0, gt=0, description="Longest an operation may take; what it runs is stopped then."
    )
    introspection: bool = Field(
        True,
        description="Whether the schema may be asked for, which GraphiQL needs. Off: errors give no hints of its names either.",
    )

    # Limits of one client, counted by each API process for itself.
    request_body_max_kb: int = Field(
        1024, ge=1, description="Largest body of a GraphQL request without files, in KiB."
    )
    token_requests_per_second: float = Field(
        300.0,
        ge=0,
        description="Requests a second by one token, and five times as many at once; 0 is no limit.",
    )
    address_requests_per_second: float = Field(
        600.0,
        ge=0,
        description="Requests a second from one address, or one /64 network of IPv6, and five times as many at once; 0 is no limit.",
    )
    token_operations_max: int = Field(
        64,
        ge=1,
        description="Most operations of one token that run at once over HTTP, event streams apart.",
    )
    token_streams_max: int = Field(
        100,
        ge=1,
        description="Most operations of one token that run at once over WebSocket and event streams together.",
    )
    send_seconds: float = Field(
        10.0,
        gt=0,
        description="How long a client may take to read one message of a WebSocket or event stream before it is cut off.",
    )
    connections_max: int = Field(
        2000, ge=1, description="Most connections of an API process; more are answered with 503."
    )

    # Generation.
    generation_minutes: float = Field(
        120.0,
        gt=0,
        description="Longest a provider may work on one generation before it is given up, in minutes.",
    )

    leftover_hours: float = Field(
        24.0,
        ge=2,
        description="How long bytes may lie in the media store without an asset before they are removed, in hours.",
    )

    # The services that make media. One without its address or key is listed as not configured.
    comfyui_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="ComfyUI servers, comma-separated, such as http://127.0.0.1:8188; the emptiest is chosen.",
    )
    comfyui_jobs: int = Field(
        2, ge=1, le=100, description="Most jobs at once for each ComfyUI server, its queue counted."
    )
    runway_key: ApiKey | None = Field(None, description="API key of Runway.")
    runway_url: HttpUrl = Field(
        HttpUrl("https://api.dev.runwayml.com"), description="Address of Runway's API."
    )
    runway_jobs: int = Field(
        2, ge=1, le=100, description="Most jobs at once at Runway; the tier of the account says."
    )
    kling_key: ApiKey | None = Field(
        None, description="API key of Kling; in its place an access key and a secret key will do."
    )
    kling_access_key: ApiKey | None = Field(None, description="Access key of Kling.")
    kling_secret_key: ApiKey | None = Field(None, description="Secret key of Kling.")
    kling_url: HttpUrl = Field(
        HttpUrl("https://api-singapore.klingai.com"), description="Address of Kling's API."
    )
    kling_jobs: int = Field(3, ge=1, le=100, description="Most jobs at once at Kling.")
    kling_webhook_secret: SecretStr | None = Field(
        None,
        description="Webhook secret of Kling. With it and PEDIGREE_PUBLIC_URL set, Kling tells us by itself of what is done.",
    )
    pixverse_key: ApiKey | None = Field(None, description="API key of PixVerse.")
    pixverse_url: HttpUrl = Field(
        HttpUrl("https://app-api.pixverse.ai"), description="Address of PixVerse's API."
    )
    pixverse_jobs: int = Field(
        5, ge=1, le=100, description="Most jobs at once at PixVerse; the plan of the account says."
    )
    local_jobs: int = Field(
        2, ge=1, le=64, description="Most jobs at once of the built-in provider, on this machine."
    )

    # Sign-in by OpenID Connect, beside our own tokens.
    oidc_issuer: HttpUrl | None = Field(
        None, description="OpenID Connect issuer whose access tokens are accepted."
    )
    oidc_audience: str | None = Field(
        None, description="Audience such a token must carry; required with an issuer."
    )
    allow_private_fetch: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="Host names, comma-separated, that may be fetched from although they resolve to private addresses.",
    )

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, data: dict[str, object]) -> dict[str, object]:
        lists = {name: data.get(name) for name in ("allow_private_fetch", "cors_origins")}
        split: dict[str, object] = {
            name: frozenset(part.strip().lower() for part in text.split(",") if part.strip())
            for name, text in lists.items()
            if isinstance(text, str)
        }
        if isinstance(urls := data.get("comfyui_urls"), str):
            split["comfyui_urls"] = tuple(part.strip() for part in urls.split(",") if part.strip())
        return {**data, **split}

    @field_validator("comfyui_urls")
    @classmethod
    def _servers_have_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [url for url in urls if not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?", url)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no http or https address of a server")
        return tuple(dict.fromkeys(url.rstrip("/") for url in urls))

    @model_validator(mode="after")
    def _kling_keys_are_a_pair(self) -> Self:
        if (self.kling_access_key is None) != (self.kling_secret_key is None):
            raise ValueError(
                "PEDIGREE_KLING_ACCESS_KEY and PEDIGREE_KLING_SECRET_KEY belong together"
            )
        return self

    @field_validator("cors_origins")
    @classmethod
    def _origins_are_origins(cls, origins: frozenset[str]) -> frozenset[str]:
        wrong = sorted(o for o in origins if o != "*" and not ORIGIN.fullmatch(o))
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no origin; one has a scheme, a host and no path")
        return origins

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError("PEDIGREE_OIDC_AUDIENCE is required when PEDIGREE_OIDC_ISSUER is set")
        return self

    @model_validator(mode="after")
    def _trust_has_a_list(self) -> Self:
        if self.trusted_only and not self.trusted_documents:
            raise ValueError(
                "PEDIGREE_TRUSTED_DOCUMENTS is required when PEDIGREE_TRUSTED_ONLY is true"
            )
        return self


def environment_name(field: str) -> str:
    """The environment variable a field is read from."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias) if alias else f"PEDIGREE_{field.upper()}"


def read_settings() -> Settings:
    """Settings from the environment now; SettingsError names what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [_explain(item["loc"], item["msg"]) for item in error.errors()]
        raise SettingsError("; ".join(lines)) from None


def _explain(location: tuple[int | str, ...], message: str) -> str:
    name = str(location[0]) if location else ""
    for field, info in Settings.model_fields.items():
        if name in (field, environment_name(field)):
            return f"{environment_name(field)}: {message}. Expected: {info.description}"
    return message.removeprefix("Value error, ")


@cache
def settings() -> Settings:
    """The one settings object of this process."""
    return read_settings()
