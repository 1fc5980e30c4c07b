"""What the place it runs in tells the exchange: environment variables, or an `.env` file beside manage.py."""

from functools import cache
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"


class Environment(BaseSettings):
    """The variables, each named as its field in capitals; `.env.example` explains them one by one."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    secret_key: SecretStr | None = None
    sealing_key: SecretStr | None = None
    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""
    allowed_hosts: str = ""
    trusted_origins: str = ""
    site_url: str = ""
    port: int = 8000
    site_organiser: str = ""
    icp_number: str = ""
    police_number: str = ""
    contact_telephone: str = ""
    privacy_url: str = ""
    accessibility_url: str = ""
    map_approval_number: str = ""
    map_source: str = ""
    behind_tls_proxy: bool = True
    proxies: int | None = None
    media_root: Path = LOCAL / "media"
    servers_folder: Path = LOCAL
    collection_account_name: str = ""
    collection_account_bank: str = ""
    collection_account_number: str = ""
    email_host: str = ""
    email_port: int = 587
    email_user: str = ""
    email_password: SecretStr = SecretStr("")
    email_tls: bool = True
    email_from: str = "no-reply@localhost"
    clock: str = "machine"
    log_level: str = "INFO"
    metrics_token: SecretStr = SecretStr("")
    web_threads: int = 4
    request_limit_seconds: float = 30.0
    stillness_limit_seconds: float = 10.0
    log_folder: Path = LOCAL / "protected-logs"
    access_log_days: int = 200
    live_url: str = ""
    live_port: int = 0
    bids_per_second_person: int = 5
    bids_per_second_address: int = 100
    logins_per_minute_address: int = 60
    reads_per_second_address: int = 200
    streams_per_address: int = 200
    streams_per_person: int = 12

    @property
    def address(self) -> str:
        """Where the site is, as documents, codes and calendars print it: this machine's `port` where none is named."""
        return self.site_url or f"http://127.0.0.1:{self.port}"

    @property
    def owner_url(self) -> str:
        """Where the tables' owner connects; the runtime address where no other is given."""
        return self.database_owner_url or self.database_url


@cache
def environment() -> Environment:
    """The environment, read once a process."""
    return Environment()


def listed(text: str) -> list[str]:
    """The parts of a comma-separated variable, blanks left out."""
    return [part.strip() for part in text.split(",") if part.strip()]
