"""Settings, all from the environment (and a `.env` file beside manage.py); an invalid one is reported by name."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import available_timezones

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from environs import Env
from jinja2 import StrictUndefined, Undefined

from kimonote import logs
from kimonote.caches import read_cache_url
from kimonote.components import *  # noqa: F403 (settings)
from kimonote.media_storage import read_media_storage
from kimonote.replica import read_replica_url
from kimonote.share_fonts import read_fonts, usual_fonts
from mail.config.email_url import parse_email_url
from mail.config.sender import sender_domain
from web.networks import read_networks
from web.rates import API, BULK_MAIL, SIGN_IN, read_limits


@contextmanager
def readable(name: str = "", cure: str = "") -> Iterator[None]:
    """Report a value that cannot be read by the name of its setting, unless the reason has it."""
    try:
        yield
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be read: {error}{cure}" if name else str(error)) from error


ROOT = Path(__file__).resolve().parents[2]
env = Env()
env.read_env(env.str("ENV_FILE", str(ROOT / ".env")))  # the environment itself goes first

VAR = Path(env.str("VAR_DIR", str(ROOT / "var")))  # what the running site writes

DEVELOPMENT = env.bool("DEVELOPMENT", False)  # on this machine, for this machine: no TLS, files served by Django
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "development" * 5 if DEVELOPMENT else "")
if not DEVELOPMENT and len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        f"SECRET_KEY is {'too short' if SECRET_KEY else 'not set'}: it signs sessions and links in mail. Set it to 50 random "
        "characters, or DEVELOPMENT=true on your own machine (`make run` does that for you)."
    )
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])  # former keys, whose links still hold

SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")
_host = urlsplit(SITE_URL).hostname
TLS = urlsplit(SITE_URL).scheme == "https"
if not _host or urlsplit(SITE_URL).scheme not in ("http", "https"):
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}: it must be the site's address, such as https://notes.example.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEVELOPMENT else [_host])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [SITE_URL] if TLS else [])

PUBLIC_MIDDLEWARE = [  # of MIDDLEWARE, what a page passes that is the same for everyone who has no session
    "kimonote.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "blog.redirects.RedirectMiddleware",
]
ROOT_URLCONF = "kimonote.urls"
WSGI_APPLICATION = "kimonote.wsgi.application"
# A theme's templates come before the site's own, its `static` folder before the site's: docs/theming.md.
THEME_DIR = Path(env.str("THEME_DIR", "")) if env.str("THEME_DIR", "") else None
if THEME_DIR and not THEME_DIR.is_dir():
    raise ImproperlyConfigured(f"THEME_DIR is {str(THEME_DIR)!r}: it must be a folder that holds templates, or be left empty.")
_theme = [THEME_DIR.resolve()] if THEME_DIR else []
TEMPLATES = [
    {  # what readers and subscribers see
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [*_theme, ROOT / "templates" / "pages", ROOT / "templates"],  # the last for pages/…, which a theme extends
        "OPTIONS": {
            "environment": "blog.rendering.environment.SiteEnvironment",
            "undefined": StrictUndefined if DEVELOPMENT else Undefined,
            "context_processors": ["blog.context_processors.site"],
        },
    },
    {  # what editors see
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates" / "admin"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "blog.context_processors.site",
            ],
            "libraries": {"wagtailmarkdown": "blog.markdown.template_filter"},  # in place of its own
        },
    },
]

# What browsers are asked to hold to. A proxy's word on TLS counts only where PROXY_SSL_HEADER names its header: else
# anyone could send it. Whether other hosts of the domain speak TLS too is not this site's to say (W005, W021).
_proxy_header = env.str("PROXY_SSL_HEADER", "")  # such as X-Forwarded-Proto
if _proxy_header:
    SECURE_PROXY_SSL_HEADER = (f"HTTP_{_proxy_header.upper().replace('-', '_')}", "https")
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", TLS and bool(_proxy_header))
SECURE_REDIRECT_EXEMPT = [r"^_util/health/$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if TLS else 0)  # a year
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
if TLS:  # browsers then take these from this very host alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
MESSAGE_STORAGE = "kimonote.message_storage.MessageStorage"
SESSIONS = env.str("SESSIONS", "database")  # whence they are read; their rows are in the database in any case
if SESSIONS not in ("database", "cache"):
    raise ImproperlyConfigured(f"SESSIONS is {SESSIONS!r}: write database or cache.")
if SESSIONS == "cache" and not env.str("CACHE_URL", ""):
    raise ImproperlyConfigured(
        "SESSIONS is cache, but CACHE_URL names none: each process would keep sessions that no other could end. Set CACHE_URL."
    )
SESSION_ENGINE = {"database": "accounts.sessions", "cache": "accounts.cached_sessions"}[SESSIONS]
SESSION_CACHE_ALIAS = "sessions"  # in CACHES
SESSION_MAX_AGE = env.int("SESSION_MAX_AGE", 14)  # days after signing in that a session ends
SESSION_IDLE = env.int("SESSION_IDLE", 12)  # hours without a request after which it ends, of whoever may enter the admin
for _name, _value in (("SESSION_MAX_AGE", SESSION_MAX_AGE), ("SESSION_IDLE", SESSION_IDLE)):
    if _value < 1:
        raise ImproperlyConfigured(f"{_name} is {_value}: it must be 1 or more.")
SESSION_COOKIE_AGE = SESSION_MAX_AGE * 86_400  # seconds
# templates.W003: our own filter stands in place of wagtail-markdown's on purpose, see TEMPLATES.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "templates.W003"]

DATABASE_TIMEOUT = env.int("DATABASE_TIMEOUT", 4)  # seconds that a request waits for the database
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",  # a writer waits at the start instead of failing half-way
    "timeout": 20,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; "
    "PRAGMA mmap_size=134217728; PRAGMA cache_size=2000;",
}
POSTGRESQL_OPTIONS = {  # of libpq: a server that is gone without a word is given up
    "connect_timeout": DATABASE_TIMEOUT,
    "tcp_user_timeout": DATABASE_TIMEOUT * 1000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL", f"sqlite:///{VAR / 'kimonote.sqlite3'}"), conn_max_age=600, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS | DATABASES["default"].get("OPTIONS", {})
    VAR.mkdir(parents=True, exist_ok=True)
else:
    DATABASES["default"]["OPTIONS"] = POSTGRESQL_OPTIONS | DATABASES["default"].get("OPTIONS", {})
if _replica := env.str("REPLICA_DATABASE_URL", ""):  # of that PostgreSQL: readers' pages are read there, see blog.replica
    with readable("REPLICA_DATABASE_URL"):
        DATABASES["replica"] = read_replica_url(_replica, DATABASES["default"], POSTGRESQL_OPTIONS)
    DATABASE_ROUTERS = ["blog.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en")
LANGUAGES = [("en", _("English")), ("de", _("German"))]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"LANGUAGE_CODE is {LANGUAGE_CODE!r}: the site speaks {', '.join(dict(LANGUAGES))}.")
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["kimonote.formats"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [*(folder / "static" for folder in _theme if (folder / "static").is_dir()), ROOT / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
MEDIA_STORAGE = env.str("MEDIA_STORAGE", "")  # an S3-compatible bucket; empty: MEDIA_ROOT
with readable("MEDIA_STORAGE"):
    STORAGES = read_media_storage(MEDIA_STORAGE)
STORAGES["staticfiles"] = {"BACKEND": "kimonote.static_files.SiteStaticFilesStorage"}
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # never by an address of the storage's own
WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT = False  # the policy is kimonote.middleware's
WAGTAILDOCS_MAX_UPLOAD_SIZE = 25 * 2**20  # what deploy/nginx.conf lets in
WAGTAILDOCS_DOCUMENT_FORM_BASE = "blog.admin.documents.DocumentForm"

TAG_LIMIT = env.int("TAG_LIMIT", 8)  # tags that one selection may name
FULL_VIEW_POSTS = env.int("FULL_VIEW_POSTS", 1000)  # posts on one page of a whole history
FULL_VIEW_BYTES = env.int("FULL_VIEW_BYTES", 5_000_000)  # bytes of HTML on such a page
PAGE_CACHE_BYTES = env.int("PAGE_CACHE_BYTES", 64_000_000)  # bytes of finished pages that each process keeps
FRAGMENT_CACHE_BYTES = env.int("FRAGMENT_CACHE_BYTES", 8_000_000)  # … of cards that pages share, and of feeds' entries
with readable():
    CACHES = read_cache_url(env.str("CACHE_URL", ""))  # Django's and Wagtail's; finished pages are not in it
# None for versions of images: who may see them changes their addresses.
CACHES["renditions"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

LOGIN_URL = "wagtailcore_login"
LOGIN_REDIRECT_URL = "/"  # for readers; editors who sign in at /admin/ come there
TAGGIT_CASE_INSENSITIVE = True
with readable("SHARE_FONTS"):  # of pictures for links on other sites, for scripts that the shipped font lacks
    SHARE_FONTS = read_fonts(env.list("SHARE_FONTS", usual_fonts()))
# Hosts whose pictures, sound and films pages may show, beside the site's own: they learn who reads here.
MEDIA_SOURCES: list[str] = env.list("MEDIA_SOURCES", [])
for _source in MEDIA_SOURCES:
    if not re.fullmatch(r"https:|(https://)?(\*\.)?[a-z0-9.-]+(:\d+)?", _source):
        raise ImproperlyConfigured(f"MEDIA_SOURCES names {_source!r}: write hosts, such as img.example, or https: for all.")
WAGTAIL_SITE_NAME = "Kimonote"
# Without names that are of no zone, which browsers refuse; finding them opens 600 files.
WAGTAIL_USER_TIME_ZONES = SimpleLazyObject(lambda: sorted(available_timezones() - {"localtime", "Factory"}))
OTP_TOTP_ISSUER = _host  # what an authenticator app calls the site
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False  # accounts.admin.email asks for the present password
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no third party learns who edits
WAGTAIL_ENABLE_UPDATE_CHECK = env.bool("UPDATE_CHECK", False)  # an administrator's browser asks wagtail.org
WAGTAILMARKDOWN = {"autodownload_fontawesome": False}  # or the editor would fetch it from a third party
WAGTAILIMAGES_AVIF_QUALITY = 70  # photographs get 80 by SSIMULACRA 2 (JPEG of 85: 82), in 0.7 of JPEG's bytes
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "svg", "webp"]
WAGTAILIMAGES_RENDITION_STORAGE = "versions"
WAGTAILIMAGES_IMAGE_FORM_BASE = "blog.admin.images.ImageForm"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "accounts.forms.PasswordResetForm"  # noqa: S105, through the outbox
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "blog.search.backend", "SEARCH_CONFIG": "simple"}}  # see blog.terms

# Mail. Every ANYMAIL_… variable reaches Anymail, so that a mail service is a matter of the environment (docs/mail.md).
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "mail.smtp.EmailBackend")
EMAIL_URL = env.str("EMAIL_URL", f"file:{quote(str(VAR / 'mail'))}" if DEVELOPMENT else "smtp://127.0.0.1:25")
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}
if ":" not in ANYMAIL.get("WEBHOOK_SECRET", ":"):
    raise ImproperlyConfigured(
        "ANYMAIL_WEBHOOK_SECRET has no colon: write a name and a password of your own, as name:password."
    )
_mail_host = "localhost" if ":" in _host else _host  # a bare IPv6 address cannot stand after an @
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{WAGTAIL_SITE_NAME} <kimonote@{_mail_host}>")
MAIL_REPLY_TO = env.str("MAIL_REPLY_TO", "")  # where answers to mail go; empty: to its sender
SERVER_EMAIL = env.str("SERVER_EMAIL", DEFAULT_FROM_EMAIL)
with readable():
    _domain = sender_domain(DEFAULT_FROM_EMAIL)
BOUNCE_DOMAIN = env.str("BOUNCE_DOMAIN", _domain if EMAIL_BACKEND == "mail.smtp.EmailBackend" else "")  # services see to it
BOUNCE_MAILDIR = env.str("BOUNCE_MAILDIR", "")  # where the mail server puts what comes back; empty: nowhere
MAIL_FROM_IPS: list[str] = env.list("MAIL_FROM_IPS", [])  # the public addresses mail leaves from; empty: check_mail guesses
OUTBOX_KEEP = env.int("OUTBOX_KEEP", 30)  # days that sent mail is remembered; bounces are known that long
OUTBOX_LEASE = env.int("OUTBOX_LEASE", 60)  # seconds after which a silent worker's mail is another's
DKIM_KEY_FILE = env.str("DKIM_KEY_FILE", "")  # empty: the mail server signs
DKIM_SELECTOR = env.str("DKIM_SELECTOR", "")
DKIM_DOMAIN = env.str("DKIM_DOMAIN", _domain)
with readable():
    parse_email_url(EMAIL_URL)

# Sign-up. Behind a proxy, name it in TRUSTED_PROXIES: else all visitors seem to come from its network and share its limit.
with readable("SIGNUP_LIMITS"):
    SIGNUP_LIMITS = read_limits(
        env.str("SIGNUP_LIMITS", "network:20/hour network:60/day address:3/day domain:200/hour all:500/hour")
    )
with readable("MAIL_PACE"):  # of bulk mail: counted by the hour and the day
    MAIL_PACE = read_limits(env.str("MAIL_PACE", "domain:3600/hour"), BULK_MAIL, ("hour", "day"))
with readable("COMMENT_LIMITS"):
    COMMENT_LIMITS = read_limits(
        env.str("COMMENT_LIMITS", "network:20/hour network:60/day address:10/day domain:200/hour all:500/hour")
    )
with readable("LOGIN_LIMITS"):
    LOGIN_LIMITS = read_limits(env.str("LOGIN_LIMITS", "network:20/hour account:10/hour all:500/hour"), SIGN_IN)
with readable("API_LIMITS"):
    API_LIMITS = read_limits(env.str("API_LIMITS", "network:2000/hour token:1000/hour"), API)
with readable("TRUSTED_PROXIES", ". Write addresses or networks, with commas."):
    TRUSTED_PROXIES = read_networks(env.list("TRUSTED_PROXIES", []))
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")  # for /.well-known/security.txt; empty: there is none
if SECURITY_CONTACT and not re.fullmatch(r"(mailto:[^\s@]+@|https://|tel:)\S+", SECURITY_CONTACT):
    raise ImproperlyConfigured(f"SECURITY_CONTACT is {SECURITY_CONTACT!r}: write mailto:security@notes.example or https://….")
SIGNUP_SMTPUTF8 = env.bool("SIGNUP_SMTPUTF8", False)  # the mail server takes letters beyond ASCII before an address's @

# For Prometheus. Its processes share their counts in files, as its library wants to know before it is imported.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    raise ImproperlyConfigured("METRICS_TOKEN is too short: write 16 random characters or more, or leave it empty.")
if METRICS_TOKEN:
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(VAR / "metrics"))

with readable():
    LOGGING = logs.configuration(env.str("LOG_FORMAT", "line"), env.log_level("LOG_LEVEL", logging.INFO))
