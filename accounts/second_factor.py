"""The second factor: codes from an authenticator app (TOTP, RFC 6238), and recovery codes for whoever has lost it."""

import logging
import secrets
import time
from base64 import b32encode
from typing import Final

from django.contrib.auth.models import Group, User
from django.core import signing
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts import own_sessions
from accounts.encryption import digests, encrypt
from accounts.models import Authenticator, Session
from accounts.second_factor_sign_in import has_second_factor

RECOVERY_CODES: Final = 10
DIGITS: Final = 6
LONGEST_WAIT: Final = 12  # failures: django-otp doubles the wait from 1 second; after 12 it is 34 minutes, and grows no more
ENROLMENT: Final = 3600  # seconds that a secret which was shown may be confirmed
SALT: Final = "accounts.second_factor"

logger = logging.getLogger(__name__)


def is_required(user: User) -> bool:
    """Return whether a group of the user has the permission “Must sign in with a second factor”."""
    permission = {"permissions__codename": "require_second_factor", "permissions__content_type__app_label": "accounts"}
    return Group.objects.filter(user=user, **permission).exists()


def must_enrol(user: User) -> bool:
    return is_required(user) and not has_second_factor(user)


def new_secret(user: User) -> str:
    """Return a random secret, signed for this user: nothing is stored until a code confirms it."""
    return signing.dumps([user.pk, secrets.token_hex(20)], salt=SALT)


def device_for(user: User, signed: str) -> Authenticator | None:
    """Return the unsaved device with a signed secret; None where it is another's or too old."""
    try:
        owner, key = signing.loads(signed, salt=SALT, max_age=ENROLMENT)
    except signing.BadSignature:
        return None
    if owner != user.pk:
        return None
    return Authenticator(user=user, name="authenticator", key=encrypt(bytes.fromhex(key), user.pk), confirmed=True)


def secret_of(device: Authenticator) -> str:
    """Return the secret as people type it, in groups of four characters."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def enrol(device: Authenticator, code: str, session_key: str | None) -> list[str]:
    """Store the device if the code is its own, end other sessions, return recovery codes; none for a wrong code."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time()
    if not _is_totp(code) or not totp.verify(int(code), device.tolerance):
        return []
    with transaction.atomic():
        User.objects.select_for_update().get(pk=device.user_id)
        if has_second_factor(device.user):
            return []
        device.last_t = totp.t()  # the code is not valid again
        device.save()
        own_sessions.end_others(device.user, session_key)
        logger.info("second factor of %r set up.", device.user.get_username())
        return renew_recovery_codes(device.user)


def renew_recovery_codes(user: User) -> list[str]:
    """Replace the recovery codes; return the new ones, which are shown once."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery codes", confirmed=True)
        codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=digests(code, user.pk)[0]) for code in codes)
    return codes


def count_recovery_codes(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def verify(user: User, typed: str) -> bool:
    """Return whether a code is valid now, and use it up. One at a time is verified for each user."""
    code = "".join(typed.split()).lower()
    model = Authenticator if _is_totp(code) else StaticDevice
    with transaction.atomic():
        device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None:
            return False
        try:
            is_valid: bool = device.verify_token(code if _is_totp(code) else _digest(device, code))
        except ValueError as error:  # it cannot be decrypted
            logger.error("%s `manage.py reset_second_factor` removes it.", error)
            return False
        if not is_valid and device.throttling_failure_count > LONGEST_WAIT:
            device.throttling_failure_count = LONGEST_WAIT
            device.save(update_fields=["throttling_failure_count"])
    return is_valid


def must_wait(user: User, typed: str) -> bool:
    """Return whether no code of this kind is looked at now, after wrong ones."""
    model = Authenticator if _is_totp("".join(typed.split())) else StaticDevice
    device = model.objects.filter(user=user, confirmed=True).first()
    return device is not None and not device.verify_is_allowed()[0]


def _digest(device: StaticDevice, code: str) -> str:
    """Return what stands for a recovery code in the database, by the key that it was made with."""
    possible = digests(code, device.user_id)
    found = device.token_set.filter(token__in=possible).first()
    return str(found.token) if found else possible[0]


def encrypt_anew() -> None:
    """Encrypt by SECRET_KEY the secrets that a former key has encrypted."""
    for device in Authenticator.objects.all():
        try:
            encrypted = encrypt(device.bin_key, device.user_id)
        except ValueError as error:
            logger.error("%s `manage.py reset_second_factor` removes it.", error)
            continue
        if encrypted != device.key:
            Authenticator.objects.filter(pk=device.pk, key=device.key).update(key=encrypted)


def remove(user: User) -> int:
    """Delete a user's second factor; return the number of devices."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        number: int = Authenticator.objects.filter(user=user).delete()[0]
    logger.warning("second factor of %r removed.", user.get_username())
    return number


def reset(user: User) -> int:
    """Delete the second factor of a user who has lost it, and end their sessions; return the number of devices."""
    with transaction.atomic():
        Session.objects.filter(user=user).delete()
        return remove(user)


def _is_totp(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdigit()
