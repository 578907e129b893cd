"""nginx as a comparison: the same bytes from files, and its cache of a second before the site, as in deploy/nginx.conf."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.servers import ROOT, Server, free_port, run

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
USER = "user root;" if os.geteuid() == 0 else ""  # else it could not read a temporary folder

TEMPLATE = """{user}
daemon off;
worker_processes 2;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{inner}
}}
"""
FILES = """
    server {{
        listen 127.0.0.1:{port};
        default_type "text/html; charset=utf-8";
        root {folder}/files;
        index page;
    }}
"""


@contextmanager
def files(bodies: Mapping[str, bytes], folder: Path) -> Iterator[Server]:
    """nginx that gives these bodies at these paths, from files."""
    for path, body in bodies.items():
        place = folder / "files" / path.strip("/")
        place.mkdir(parents=True, exist_ok=True)
        (place / "page").write_bytes(body)
    port = free_port()
    with _nginx(FILES.format(port=port, folder=folder), folder, port, next(iter(bodies))) as server:
        yield server


@contextmanager
def micro_cache(behind: Server, folder: Path, path: str) -> Iterator[Server]:
    """The site's own configuration of nginx with the micro-cache switched on, but for TLS and its limits."""
    port = free_port()
    with _nginx(
        _without_tls(CONFIGURATION.read_text(encoding="utf-8"), behind.port, port, folder), folder, port, path
    ) as server:
        yield server


def _without_tls(configuration: str, site: int, port: int, folder: Path) -> str:
    """The configuration for loopback: one server, no certificate, no limit for one address."""
    configuration = re.sub(r"(?m)^\s*(ssl_\w+|limit_req\w*|listen) .*$", "", configuration)
    configuration = re.sub(r"(?ms)^server \{(?:(?!^\}).)*return 301 .*?^\}", "", configuration)
    return (
        configuration.replace("server_name notes.example;", f"listen 127.0.0.1:{port};")
        .replace("127.0.0.1:8001", f"127.0.0.1:{site}")
        .replace("127.0.0.1:8002", f"127.0.0.1:{site}")
        .replace("/var/cache/kimonote", str(folder / "cache"))
        .replace("$kimonote_cache off", "$kimonote_cache kimonote")
    )


@contextmanager
def _nginx(inner: str, folder: Path, port: int, path: str) -> Iterator[Server]:
    configuration = folder / "nginx.conf"
    configuration.write_text(TEMPLATE.format(user=USER, folder=folder, inner=inner), encoding="utf-8")
    with run(
        [str(NGINX), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(configuration)], port, urlsplit(path).path
    ) as server:
        yield server
