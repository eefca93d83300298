"""Settings of one installation, read from `HM_…` variables once, at the edge."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.errors import Broken

Network = IPv4Network | IPv6Network
MailAddress = Annotated[str, Field(pattern=r"^[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9.-]{1,190}$")]


class Settings(BaseSettings):
    """Where one installation keeps its things.

    Attributes:
        data_dir: Folder of the database file, documents, editions, index and keys.
        database_url: `sqlite:///…` or `postgresql+psycopg://…`; the file in `data_dir` when unset.
        reports_url: The same for the sealed reports; never the registry's own database, so that no copy of
            one holds the other. On PostgreSQL a database or schema with a role of its own.
        reports_pepper: File that return codes and passphrases are stretched with; it never stands in a
            database. In the folder of keys when unset.
        second_factor_key: File under whose key the secrets of second factors are sealed; it never stands in a
            database. In the folder of keys when unset.
        meilisearch_url: Address of a search server; the embedded index when unset.
        meilisearch_key: File that holds the server's key; it never stands in a database or on a command line.
        meilisearch_index: Name of the index there: installations that share a server have one each.
        meilisearch_patience: Seconds within which the server must have done a write that it took.
        security_contact: Whom to warn of a weakness: `mailto:…`, `tel:…` or `https://…`.
        log_origin: Name of the transparency log, for ever: without white space and plus signs.
        demonstration: True marks every page as showing invented merchants.
        second_factor: True leads officers, approvers and administrators to set up a second factor before
            anything else at the desk; the demonstration never does.
        public_url: Address that citizens use, as it is printed on papers: no path's end, no query.
        webhook_networks: Networks (CIDR) that webhooks may reach beside the public one, as a JSON list:
            a bureau's own, e.g. `["10.0.0.0/8"]`.
        notice_server: Mail server that takes the daily notices to those who handle reports: `smtps://…`, or
            `smtp://…` where it stands in the office's own network. None are sent when unset.
        notice_login: File with `name:password` for that server; it needs `smtps`.
        notice_from: Address that notices come from.
        notice_to: Addresses that get them, as a JSON list.
        reports_largest: Bytes of one report with its files.
        reports_files: Files of one report.
        reports_seconds: Within which a report must have arrived.
        reports_at_once: Reports that may be arriving at a time; each may fill its size of temporary storage.
        orders_attempts: How often a job tries what somebody asked for, a large file or an edition, before it
            gives it up and says so.
        trusted_proxies: Networks of the proxies before this process, whose `X-Forwarded-For` is believed.
        limit_reading: Requests a minute from one address for pages and answers; 0: no limit.
        limit_search: The same for searches.
        limit_matching: Names and codes a minute from one address in lists that are matched; 0: no limit.
        limit_recording: The same for what records.
        limit_sign_in: The same for signing in.
    """

    model_config = SettingsConfigDict(env_prefix="HM_", frozen=True, extra="forbid")

    data_dir: Path
    database_url: str = ""
    reports_url: str = ""
    reports_pepper: Path | None = None
    second_factor_key: Path | None = None
    meilisearch_url: str | None = Field(default=None, pattern=r"^https?://[\x21-\x7e]{1,200}$")
    meilisearch_key: Path | None = None
    meilisearch_index: str = Field(default="businesses", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    meilisearch_patience: float = Field(default=3600.0, ge=1, le=86_400)
    demonstration: bool = False
    second_factor: bool = True
    public_url: str = Field(default="http://127.0.0.1:8000", max_length=180, validate_default=True)
    security_contact: str | None = Field(default=None, pattern=r"^(mailto:|tel:|https://)[\x21-\x7e]{1,200}$")
    log_origin: str | None = Field(default=None, pattern=r"^[^\s+\x00-\x1f\x7f]{1,200}$")
    webhook_networks: tuple[Network, ...] = ()
    trusted_proxies: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    notice_server: str | None = Field(default=None, pattern=r"^smtps?://[A-Za-z0-9.\[\]:-]{1,200}$")
    notice_login: Path | None = None
    notice_from: MailAddress | None = None
    notice_to: tuple[MailAddress, ...] = ()
    reports_largest: int = Field(default=52_428_800, ge=262_144, le=1_073_741_824)
    reports_files: int = Field(default=10, ge=0, le=40)
    reports_seconds: int = Field(default=1800, ge=10, le=86_400)  # fifty megabytes over a poor connection
    reports_at_once: int = Field(default=8, ge=1, le=1000)
    orders_attempts: int = Field(default=5, ge=1, le=100)
    limit_reading: int = Field(default=1200, ge=0, le=1_000_000)  # an office of many behind one address
    limit_search: int = Field(default=240, ge=0, le=1_000_000)
    limit_matching: int = Field(default=6000, ge=0, le=1_000_000)
    limit_recording: int = Field(default=600, ge=0, le=1_000_000)
    limit_sign_in: int = Field(default=30, ge=0, le=1_000_000)

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, given: str) -> str:
        """Refuse what would lead the reader of a paper or feed nowhere."""
        parts = urlsplit(given)  # refuses a broken IPv6 address or port
        plain = given.isascii() and given.isprintable() and not {" ", "+"} & set(given)  # as a log's name
        if not plain or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("an address that begins with http:// or https:// and names a host is wanted")
        if parts.username is not None or parts.query or parts.fragment or given[-1] in "?#":
            raise ValueError("the address names no user, query or fragment")
        return given.rstrip("/")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse notices that nobody would send or get, and a password that the network could read."""
        if self.notice_server is not None and (self.notice_from is None or not self.notice_to):
            raise ValueError("HM_NOTICE_SERVER needs HM_NOTICE_FROM and HM_NOTICE_TO")
        if self.notice_login is not None and not (self.notice_server or "").startswith("smtps:"):
            raise ValueError("HM_NOTICE_LOGIN needs a server that begins with smtps://")
        return self

    @property
    def database(self) -> str:
        """Return the address of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'registry.sqlite3'}"

    @property
    def reports_database(self) -> str:
        """Return the address of the database of sealed reports."""
        return self.reports_url or f"sqlite:///{self.data_dir / 'reports.sqlite3'}"

    @property
    def pepper_file(self) -> Path:
        """Return where the pepper of the reports stands."""
        return self.reports_pepper or self.data_dir / "keys" / "reports.pepper"

    @property
    def second_factor_file(self) -> Path:
        """Return where the key of the second factors stands."""
        return self.second_factor_key or self.data_dir / "keys" / "second-factors.key"

    @property
    def origin(self) -> str:
        """Return the name of the log: as it was set, else the address under which it is served."""
        return self.log_origin or f"{self.public_url.partition('://')[2].rstrip('/')}/api/v1/log"

    @property
    def on_sqlite(self) -> bool:
        """Say whether the database is a file of SQLite."""
        return self.database.startswith("sqlite")


def read_settings(**given: object) -> Settings:
    """Read the settings; what is given wins over the environment.

    Raises:
        Broken: A setting is missing or has the wrong shape; every one is named.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # the environment supplies the rest
    except ValidationError as invalid:
        problems = [_named(fault["loc"], fault["msg"]) for fault in invalid.errors()]
        raise Broken("the settings are not usable", problems=problems) from invalid


def _named(parts: tuple[int | str, ...], fault: str) -> str:
    """Return what is wrong after the setting's name; what concerns several names them itself."""
    return f"HM_{'_'.join(map(str, parts)).upper()}: {fault}" if parts else fault
