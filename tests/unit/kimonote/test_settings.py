import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from kimonote import caches

pytestmark = [pytest.mark.processes, pytest.mark.once]

ROOT = Path(__file__).parents[3]
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PRODUCTION = {"SECRET_KEY": KEY, "SITE_URL": "https://notes.example", "PROXY_SSL_HEADER": "X-Forwarded-Proto"}
READ = """
import json, sys
sys.path.insert(0, "site")
from kimonote import settings
print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}, default=str))
"""


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python from the project's root with these variables, and no others of the site's."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **variables}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def settings(*names: str, **variables: str) -> dict[str, object]:
    response = run("-c", READ, *names, **variables)
    assert response.stderr == ""
    return json.loads(response.stdout)


def test_production_without_secret_key_refuses_to_start_and_says_why() -> None:
    response = run("manage.py", "check", SITE_URL="https://notes.example")
    assert (response.returncode, response.stdout, response.stderr.splitlines()) == (
        1,
        "",
        [
            "SECRET_KEY is not set: it signs sessions and links in mail. Set it to 50 random characters, "
            "or DEVELOPMENT=true on your own machine (`make run` does that for you)."
        ],
    )


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SITE_URL": "notes.example"}, "SITE_URL is 'notes.example'"),
        ({"LANGUAGE_CODE": "tlh"}, "LANGUAGE_CODE is 'tlh': the site speaks en, de."),
        ({"TAG_LIMIT": "many"}, '"TAG_LIMIT" invalid'),
        ({"DEVELOPMENT": "perhaps"}, '"DEVELOPMENT" invalid'),
        ({"LOG_LEVEL": "loud"}, '"LOG_LEVEL" invalid'),
        ({"THEME_DIR": "no/folder"}, "THEME_DIR is 'no/folder': it must be a folder that holds templates"),
        ({"DEFAULT_FROM_EMAIL": "Notes, daily <notes@notes.example>"}, "DEFAULT_FROM_EMAIL is 'Notes, daily"),
        ({"ANYMAIL_WEBHOOK_SECRET": "secret"}, "ANYMAIL_WEBHOOK_SECRET has no colon"),
        ({"CACHE_URL": "memcached://127.0.0.1"}, "CACHE_URL is 'memcached://127.0.0.1' and cannot be read: "),
        ({"CACHE_URL": "redis://:secret@127.0.0.1:six"}, "CACHE_URL is 'redis://…@127.0.0.1:six' and cannot be read: "),
        (
            {"REPLICA_DATABASE_URL": "postgres://127.0.0.1/x"},
            "REPLICA_DATABASE_URL cannot be read: DATABASE_URL names no PostgreSQL",
        ),
        (
            {"DATABASE_URL": "postgres:///x", "REPLICA_DATABASE_URL": "mysql://127.0.0.1/x"},
            "REPLICA_DATABASE_URL cannot be read: it names no PostgreSQL",
        ),
        ({"MEDIA_STORAGE": "ftp://notes"}, "MEDIA_STORAGE cannot be read: it names no bucket. Write s3://"),
        (
            {"SHARE_FONTS": "no/font.ttf"},
            "SHARE_FONTS cannot be read: 'no/font.ttf' is no font (cannot open resource). Write paths",
        ),
        ({"SHARE_FONTS": "font.ttc#last"}, "SHARE_FONTS cannot be read: 'font.ttc#last' has no number behind its #."),
        ({"SESSIONS": "memory"}, "SESSIONS is 'memory': write database or cache."),
        ({"SESSIONS": "cache"}, "SESSIONS is cache, but CACHE_URL names none: "),
        ({"CACHE_URL": "redis://127.0.0.1/name"}, "CACHE_URL is 'redis://127.0.0.1/name' and cannot be read: "),
    ],
)
def test_unreadable_value_is_refused_by_name(variables: dict[str, str], words: str) -> None:
    response = run("manage.py", "check", **{**PRODUCTION, **variables})
    assert response.returncode == 1
    assert words in response.stderr
    assert "Traceback" not in response.stderr


def test_production_is_clean_under_check_deploy(tmp_path: Path) -> None:
    response = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path), **PRODUCTION)
    assert (response.returncode, response.stderr) == (0, "")


def test_production_holds_browsers_to_tls_and_to_its_host(tmp_path: Path) -> None:
    expected = {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["notes.example"],
        "CSRF_TRUSTED_ORIGINS": ["https://notes.example"],
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
    }
    assert settings(*expected, VAR_DIR=str(tmp_path), **PRODUCTION) == expected


def test_proxy_is_not_believed_unless_named(tmp_path: Path) -> None:
    variables = {**PRODUCTION, "PROXY_SSL_HEADER": ""}
    expected = {"SECURE_PROXY_SSL_HEADER": None, "SECURE_SSL_REDIRECT": False}
    assert settings(*expected, VAR_DIR=str(tmp_path), **variables) == expected


def test_development_needs_no_secret_and_serves_this_machine_alone(tmp_path: Path) -> None:
    expected = {
        "SITE_URL": "http://127.0.0.1:8001",
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "SESSION_COOKIE_SECURE": False,
        "SECURE_HSTS_SECONDS": 0,
    }
    assert settings(*expected, VAR_DIR=str(tmp_path), DEVELOPMENT="true", PORT="8001") == expected


def test_environment_goes_before_the_env_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DEVELOPMENT=true\nTIME_ZONE=Europe/Berlin\nLANGUAGE_CODE=de\n")
    expected = {"TIME_ZONE": "Asia/Tokyo", "LANGUAGE_CODE": "de"}
    assert settings(*expected, ENV_FILE=str(file), TIME_ZONE="Asia/Tokyo", VAR_DIR=str(tmp_path)) == expected


def test_sqlite_writers_wait_at_the_start(tmp_path: Path) -> None:
    databases = settings("DATABASES", DEVELOPMENT="true", VAR_DIR=str(tmp_path))["DATABASES"]
    assert databases["default"]["NAME"] == str(tmp_path / "kimonote.sqlite3")  # type: ignore[index]
    assert databases["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"  # type: ignore[index]


def test_without_a_replica_there_is_no_router() -> None:
    found = settings("DATABASES", "DATABASE_ROUTERS", **PRODUCTION)
    assert (list(found["DATABASES"]), found["DATABASE_ROUTERS"]) == (["default"], None)


def test_replica_is_read_in_one_state() -> None:
    urls = {"DATABASE_URL": "postgres://primary/x", "REPLICA_DATABASE_URL": "postgres://standby/x"}
    replica = settings("DATABASES", **PRODUCTION | urls)["DATABASES"]["replica"]
    assert (replica["HOST"], replica["OPTIONS"]["isolation_level"]) == ("standby", ISOLATION_LEVEL_REPEATABLE_READ)
    assert replica["OPTIONS"]["connect_timeout"] == 4


def test_cache_url_names_django_s_cache() -> None:
    caches = settings("CACHES", CACHE_URL="valkeys://:secret@cache.example:6380/2", **PRODUCTION)["CACHES"]
    redis = {
        "LOCATION": "rediss://:secret@cache.example:6380/2",
        "KEY_PREFIX": "kimonote",
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    }
    assert caches["default"] == {"BACKEND": "kimonote.optional_cache.OptionalRedisCache", **redis}
    assert caches["sessions"] == {"BACKEND": "django.core.cache.backends.redis.RedisCache", **redis}


def test_without_cache_url_the_cache_is_the_process_s_memory() -> None:
    caches = settings("CACHES", **PRODUCTION)["CACHES"]
    assert caches == {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "renditions": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},  # their addresses change
    }


def test_documented_examples_hold() -> None:
    assert doctest.testmod(caches).failed == 0
