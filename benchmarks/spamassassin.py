"""What SpamAssassin, asked offline, makes of each kind of mail as it arrives: `python -m benchmarks.spamassassin [FOLDER]`.

The mails are of the demo's posts, go through the outbox and the worker, and are signed by DKIM; a FOLDER keeps them. Rules that
ask the network (DNS, lists, reputation) stay silent. Fails where one scores above MOST.
"""

import email.policy
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimonote.settings")
os.environ |= {"DEVELOPMENT": "true", "DATABASE_URL": "sqlite://:memory:", "SITE_URL": "https://notes.example"}

import django

COMMAND = ("spamassassin", "--local", "--test-mode")
MOST = 0.0  # points; 5 are spam
SENDER = "Notes <notes@notes.example>"
READER = "ada@example.org"
NETWORK = "192.0.2.0/24"
FIRST_LINE = (  # of the recipient's server; SpamAssassin takes addresses kept for documentation for forged ones
    "Received: from mail.notes.example (mail.notes.example [93.184.216.34]) by mx.example.org with ESMTPS; {date}\r\n"
)


def main(folder: Path | None) -> int:
    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as made:
        mails = arrived(Path(made))
    worst = MOST
    for name, content in mails.items():
        if folder:
            (folder / f"{name}.eml").write_bytes(content)
        score, rules = judged(content)
        worst = max(worst, score)
        print(f"{score:5.1f}  {name:32} {rules}")
    print("met" if worst <= MOST else f"missed: none should score above {MOST}")
    return int(worst > MOST)


def judged(content: bytes) -> tuple[float, str]:
    """Return a mail's score, and the rules that it is the sum of."""
    said = subprocess.run(COMMAND, input=content, capture_output=True, check=True).stdout
    status = str(email.message_from_bytes(said, policy=email.policy.default)["X-Spam-Status"])
    (score,) = re.findall(r"score=(\S+)", status)
    (rules,) = re.findall(r"tests=(.*?) autolearn=", status)
    return float(score), " ".join(re.split(r"[,\s]+", rules))


def arrived(folder: Path) -> dict[str, bytes]:
    """Return one mail of each kind as its recipient's server gets it."""
    from django.test import override_settings
    from django.utils import timezone

    from mail.models import Delivery
    from mail.worker import Sender
    from tests.support.smtp_server import SMTPServer

    with SMTPServer() as server, override_settings(**sending(folder), EMAIL_URL=server.url):
        names = dict(written())
        Sender().send_due()
        left = Delivery.objects.exclude(state="sent").values_list("kind", "answer")
        assert not left, list(left)
        first_line = FIRST_LINE.format(date=format_datetime(timezone.now())).encode()
        received = {mail.message["Message-ID"]: first_line + mail.content for mail in server.mails}
    return {name: received[message_id] for name, message_id in names.items()}


def sending(folder: Path) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric import rsa

    from mail.management.commands.make_dkim_key import write_key

    write_key(rsa.generate_private_key(65537, 2048), folder / "dkim.pem")
    dkim = {"DKIM_KEY_FILE": str(folder / "dkim.pem"), "DKIM_SELECTOR": "mail", "DKIM_DOMAIN": "notes.example"}
    bounces = {"BOUNCE_DOMAIN": "notes.example", "BOUNCE_MAILDIR": str(folder / "bounces")}
    return {
        "DEFAULT_FROM_EMAIL": SENDER,
        "EMAIL_BACKEND": "mail.smtp.EmailBackend",
        "MEDIA_ROOT": str(folder),
        **dkim,
        **bounces,
    }


def written() -> Iterator[tuple[str, str]]:
    """Put one mail of each kind into the outbox; yield its name and Message-ID."""
    from benchmarks.post_texts import demo_texts
    from mail import compose
    from tests.support.factories import make_author, make_blog, make_post
    from tests.support.images import make_versions

    blog, authors, cover = make_blog("notes.example"), [make_author()], picture()
    posts = [
        make_post(blog, "design reading", title=f"Part {part}", body=body, authors=authors, cover=cover if part > 3 else None)
        for part, body in enumerate(demo_texts()[:5], 1)
    ]
    short = make_post(blog, "sea", title="Whale", body="A whale.", cover=cover)
    make_versions()
    yield from about_subscriptions([post.pk for post in posts], short.pk)
    yield put("check_mail --send", compose.TEST)
    yield from about_comments_and_accounts(posts[0])


def about_subscriptions(posts: list[int], short: int) -> Iterator[tuple[str, str]]:
    from wagtail.models import Site

    from signup.kinds import Kind
    from signup.models import Announcement, State, Texts
    from tests.support.signup_factories import make_subscriber, make_subscription

    asking = make_subscriber("new@example.org", state=State.PENDING)
    more = make_subscriber("more@example.org")
    added = make_subscription(more, "design", confirmed_at=None).pk
    yield put("confirmation", Kind.CONFIRM, asking.address, subscriber=asking.pk, network=NETWORK)
    yield put("one more subscription", Kind.ADD, more.address, subscriber=more.pk, subscription=added, network=NETWORK)
    reader, whole = make_subscriber(READER), make_subscriber("whole@example.org", texts=Texts.WHOLE)
    yield put("confirmed already", Kind.ALREADY, subscriber=reader.pk, network=NETWORK)
    yield put("digest of one beginning", Kind.DIGEST, subscriber=reader.pk, posts=posts[:1])
    yield put("digest of three beginnings", Kind.DIGEST, subscriber=reader.pk, posts=posts[:3])
    yield put("digest with pictures", Kind.DIGEST, subscriber=reader.pk, posts=posts[3:])
    yield put("digest of a line and a picture", Kind.DIGEST, subscriber=reader.pk, posts=[short])
    yield put("digest of one whole text", Kind.DIGEST, whole.address, subscriber=whole.pk, posts=posts[:1])
    yield put("digest of whole texts", Kind.DIGEST, whole.address, subscriber=whole.pk, posts=posts)
    yield put("test of a post", Kind.TRIAL, post=posts[0])
    text = "From Monday on the *notes* are at a [new address](/about/)."
    announced = Announcement.objects.create(subject="The notes move", text=text, site=Site.objects.get())
    yield put("announcement", Kind.ANNOUNCEMENT, subscriber=reader.pk, announcement=announced.pk)


def about_comments_and_accounts(post: Any) -> Iterator[tuple[str, str]]:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from accounts.emails import KIND as PASSWORD_RESET
    from blog.models import CommentState
    from comments import kinds as comments
    from tests.support.comment_factories import make_comment

    comment = make_comment(post, address=READER, replies_confirmed=timezone.now() - timedelta(days=1))
    reply = make_comment(post, "I have read it twice, and agree with the second half.", reply_to=comment)
    waiting = make_comment(post, state=CommentState.WAITING)
    asked = make_comment(post, state=CommentState.UNCONFIRMED, address=READER)
    ada_user = User.objects.create_user("ada", READER, "a long password")
    yield put("comment: confirmation", comments.CONFIRM, comment=asked.pk, network=NETWORK)
    yield put("comment: it is shown", comments.SHOWN, comment=comment.pk)
    yield put("comment: a reply", comments.REPLIES, comment=comment.pk, replies=[reply.pk])
    yield put("comment: to a moderator", comments.NOTICE, user=ada_user.pk, comments=[waiting.pk])
    yield put("password reset", PASSWORD_RESET, network=NETWORK)


def put(name: str, kind: str, to: str = READER, **context: Any) -> tuple[str, str]:
    """Put a mail into the outbox; return its name and Message-ID."""
    from django.utils import timezone

    from mail import outbox

    return name, outbox.put(name, kind, to, {"asked_at": timezone.now().isoformat(), **context}).message_id


def picture() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image
    from wagtail.images import get_image_model

    content = BytesIO()
    Image.radial_gradient("L").resize((1600, 1200)).convert("RGB").save(content, "JPEG")
    file = SimpleUploadedFile("harbour.jpg", content.getvalue(), "image/jpeg")
    return get_image_model().objects.create(title="Harbour", file=file, description="Boats in the harbour")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
