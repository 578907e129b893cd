"""Reads EMAIL_URL, the one setting that says which mail server the site hands its mail to.

Pure: a string in, a frozen MailServer out, and every mistake named with its cure.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

DEFAULT_TIMEOUT = 30.0  # seconds
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
OPTIONS = ("ca", "helo", "starttls", "timeout")
SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
EXAMPLE = (
    "smtp://127.0.0.1:25, smtp+starttls://name:password@mail.example:587, smtps://name:password@mail.example or file:var/mail"
)


class EmailURLError(ValueError):
    """EMAIL_URL cannot be understood; the message names the part and its cure."""


@dataclass(frozen=True)
class MailServer:
    """Where mail goes: an SMTP server, or for development a folder of .eml files."""

    host: str = "127.0.0.1"
    port: int = 25
    tls: bool = False  # TLS from the first byte
    starttls: bool = False  # TLS is asked for, and insisted on, after EHLO
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = DEFAULT_TIMEOUT  # seconds
    ca: str = ""  # a file of certificates to trust instead of the system's
    helo: str = ""  # the name given in EHLO; empty for this machine's own
    folder: str = ""  # set for file: alone

    def __str__(self) -> str:
        if self.folder:
            return f"folder {self.folder}"
        return f"{self.host}:{self.port}"


def parse_email_url(url: str) -> MailServer:
    """Return the server that a URL names.

    >>> str(parse_email_url("smtp+starttls://ada:secret@mail.example"))
    'mail.example:587'
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise EmailURLError(f"EMAIL_URL is not a URL ({error}). Write it like {EXAMPLE}.") from error
    if parts.scheme == "file":
        return MailServer(folder=_folder(parts))
    if parts.scheme not in PORTS:
        raise EmailURLError(
            f"EMAIL_URL begins with {parts.scheme or url!r}, which names no known way. Write it like {EXAMPLE}."
        )
    if parts.path not in ("", "/") or parts.fragment:
        raise EmailURLError(f"EMAIL_URL has {parts.path + parts.fragment!r} after the host, where nothing belongs: remove it.")
    return _smtp_server(parts, port)


def _folder(parts: SplitResult) -> str:
    folder = unquote(parts.path)
    if parts.netloc or parts.query or not folder:
        raise EmailURLError("EMAIL_URL=file: needs a folder alone: file:var/mail, or file:///srv/mail from the root.")
    return folder


def _smtp_server(parts: SplitResult, port: int | None) -> MailServer:
    if not parts.hostname:
        raise EmailURLError(f"EMAIL_URL names no host. Write it like {EXAMPLE}.")
    if port == 0:
        raise EmailURLError("EMAIL_URL has port 0; leave the port out or give one from 1 to 65535.")
    options = _options(parts.query)
    server = MailServer(
        host=parts.hostname,
        port=port or (587 if options.get("starttls") is True else PORTS[parts.scheme]),
        tls=parts.scheme == "smtps",
        starttls=options.get("starttls") is True or parts.scheme == "smtp+starttls",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        timeout=float(options.get("timeout", DEFAULT_TIMEOUT)),
        ca=str(options.get("ca", "")),
        helo=str(options.get("helo", "")),
    )
    _check_agreement(server, parts.scheme, options)
    return server


def _options(query: str) -> dict[str, str | float | bool]:
    options: dict[str, str | float | bool] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in OPTIONS:
            raise EmailURLError(f"EMAIL_URL has the option {name!r}, which is unknown. Known are {', '.join(OPTIONS)}.")
        if name in options:
            raise EmailURLError(f"EMAIL_URL has the option {name!r} twice: keep one.")
        options[name] = _option(name, value)
    return options


def _option(name: str, value: str) -> str | float | bool:
    if name == "starttls":
        if value.lower() not in SWITCHES:
            raise EmailURLError(f"EMAIL_URL has starttls={value!r}; write starttls=1 or starttls=0.")
        return SWITCHES[value.lower()]
    if name == "timeout":
        if not value.isascii() or not value.isdigit() or not 0 < int(value) <= 600:
            raise EmailURLError(f"EMAIL_URL has timeout={value!r}; write whole seconds from 1 to 600.")
        return float(value)
    if name == "ca" and not Path(value).is_file():
        raise EmailURLError(f"EMAIL_URL has ca={value!r}, where there is no file; name a file of PEM certificates.")
    if not value or not value.isprintable():
        raise EmailURLError(f"EMAIL_URL has {name}={value!r}; give it a value or leave it out.")
    return value


def _check_agreement(server: MailServer, scheme: str, options: dict[str, str | float | bool]) -> None:
    if scheme != "smtp" and "starttls" in options:
        raise EmailURLError(f"EMAIL_URL has starttls= beside {scheme}://, which says already how to encrypt: remove it.")
    if server.password and not server.username:
        raise EmailURLError("EMAIL_URL has a password without a name: write name:password@ before the host.")
    if server.username and not server.password:
        raise EmailURLError("EMAIL_URL has a name without a password: write name:password@ before the host.")
    clear = not (server.tls or server.starttls or server.host in LOOPBACK or "starttls" in options)
    if server.username and clear:
        raise EmailURLError(
            f"EMAIL_URL would send its password unencrypted to {server.host}: write smtp+starttls:// or smtps://, "
            "or add starttls=0 if the way there is safe."
        )
