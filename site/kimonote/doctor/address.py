"""Findings on the site's public address, as a browser would come to it: DNS, TLS, and what answers there."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from mail.deliverability.findings import Finding, Level

SECONDS = 5.0  # that each connection may take
EXPIRY = timedelta(days=14)  # before which a certificate should have been renewed: certbot does it at 30 days
NGINX = "systemctl status nginx 'kimonote-web@*'; nginx -t"


def address_findings(context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Yield whether SITE_URL leads here; `context` is what certificates are verified by, by default the system's."""
    url = urlsplit(settings.SITE_URL)
    host, tls = url.hostname or "", url.scheme == "https"
    port = url.port or (443 if tls else 80)
    try:
        found = sorted({str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except OSError as error:
        cure = f"{host}. IN A 192.0.2.1  (the public address of this machine)"
        yield Finding("DNS", Level.ERROR, "dns", f"{host} has no address ({error.strerror or error}).", cure)
        return
    yield Finding("DNS", Level.OK, "dns", f"{host} is {', '.join(found)}.")
    if tls:
        yield from _tls_findings(host, port, context or ssl.create_default_context())
    yield _health_finding(host, port, context if tls else None, tls=tls)


def _tls_findings(host: str, port: int, context: ssl.SSLContext) -> Iterator[Finding]:
    try:
        with (
            socket.create_connection((host, port), SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=host) as tls,
        ):
            certificate = tls.getpeercert() or {}
            version = tls.version()
    except ssl.SSLCertVerificationError as error:
        cure = f"certbot --nginx -d {host}"
        yield Finding("TLS", Level.ERROR, "certificate", f"Browsers refuse the certificate: {error.verify_message}.", cure)
        return
    except OSError as error:
        yield Finding("TLS", Level.ERROR, "tls", f"{host}:{port} does not speak TLS ({error.strerror or error}).", NGINX)
        return
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    sentence = f"{version}; the certificate holds until {expires:%Y-%m-%d}."
    if expires - timezone.now() < EXPIRY:
        yield Finding("TLS", Level.WARNING, "certificate-expires", sentence, "certbot renew; systemctl status certbot.timer")
    else:
        yield Finding("TLS", Level.OK, "tls", sentence)


def _health_finding(host: str, port: int, context: ssl.SSLContext | None, *, tls: bool) -> Finding:
    """Return what the health check says by the public address."""
    connection = (
        http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
        if tls
        else http.client.HTTPConnection(host, port, timeout=SECONDS)
    )
    address = f"{settings.SITE_URL}{reverse('health')}"
    try:
        connection.request("GET", reverse("health"))
        response = connection.getresponse()
        text = response.read(1000).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return Finding("site", Level.ERROR, "unreachable", f"{address} cannot be reached: {error}.", NGINX)
    finally:
        connection.close()
    if response.status == 200 and text.startswith("ok, revision "):
        return Finding("site", Level.OK, "site", f"{address} answers: {text}.")
    said = " ".join(text.split())[:200]
    return Finding("site", Level.ERROR, "unhealthy", f"{address} answers {response.status}: {said}", NGINX)
