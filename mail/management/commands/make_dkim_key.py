"""`manage.py make_dkim_key`: writes a DKIM key, for this site or for its mail server, and prints the record to publish.

An existing key is never overwritten: mail signed with it could no longer be verified.
"""

import os
import re
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mail.deliverability.findings import record
from mail.smtp.dkim_signing import PrivateKey, ascii_domain, public_record

RSA_KEY = 2048  # bits: what every receiver takes, and what fits into one DNS answer
LABELS = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


class Command(BaseCommand):
    help = "Write a DKIM key pair and print the TXT record for the zone file."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--domain", default=settings.DKIM_DOMAIN, help="the domain of the sender's address (%(default)s)")
        parser.add_argument("--selector", default=settings.DKIM_SELECTOR or f"{timezone.now():%Y%m}", help="%(default)s")
        parser.add_argument("--type", choices=("rsa", "ed25519"), default="rsa", help="%(default)s; not all verify ed25519")
        parser.add_argument("--out", type=Path, help="the file for the private key (SELECTOR.DOMAIN.pem)")

    def handle(self, *, domain: str, selector: str, type: str, out: Path | None, **options: Any) -> None:
        domain = _ascii(domain)
        for name, value in (("--domain", domain), ("--selector", selector)):
            if not LABELS.fullmatch(value):
                raise CommandError(f"{name} is {value!r}, which is no name for DNS: use letters, digits, hyphens and dots.")
        path = out or Path(f"{selector}.{domain}.pem")
        key = new_key(type)
        write_key(key, path)
        self.stdout.write(f"The private key is in {path}, readable to its owner alone. Publish this record, for example:\n\n")
        self.stdout.write(record(f"{selector}._domainkey.{domain}", "TXT", public_record(key)) + "\n\n")
        self.stdout.write(
            "A server that signs takes the key and the selector in its own configuration (docs/mail.md). If the site is to "
            f"sign:\nDKIM_KEY_FILE={path.absolute()}\nDKIM_SELECTOR={selector}\nDKIM_DOMAIN={domain}"
        )


def new_key(kind: str) -> PrivateKey:
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_KEY)


def write_key(key: PrivateKey, path: Path) -> None:
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    try:
        with open(path, "xb", opener=partial(os.open, mode=0o600)) as file:
            file.write(pem)
    except FileExistsError as error:
        raise CommandError(f"{path} exists and is left as it is: choose another --out or --selector.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written ({error.strerror}): choose another --out.") from error


def _ascii(domain: str) -> str:
    try:
        return ascii_domain(domain)
    except UnicodeError as error:
        raise CommandError(f"--domain is {domain!r}, which is no name for DNS ({error}).") from error
