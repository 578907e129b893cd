"""Posts that are hidden when their email is sent: taken out of it, and sent with the edition in which they are shown again."""

from django.db import transaction

from blog.models import PostPage
from blog.tagindex import TagIndex
from mail.models import Delivery
from signup.models import Subscriber, Subscription
from signup.models.digests import News


def take_hidden_out(delivery: Delivery, index: TagIndex) -> None:
    """Take the posts that cannot be read now out of a digest, and note that its subscriptions have missed them."""
    gone = [post for post in delivery.context["posts"] if index.position(post) is None]
    hidden = set(PostPage.objects.filter(pk__in=gone).values_list("pk", flat=True)) if gone else set()
    if hidden and "subscriptions" in delivery.context:
        _give_back(delivery, hidden)


@transaction.atomic
def _give_back(delivery: Delivery, hidden: set[int]) -> None:
    context = delivery.context
    reader = Subscriber.objects.select_for_update(of=("self",)).filter(pk=context["subscriber"]).first()
    if reader is None or not Delivery.objects.held(delivery.worker).filter(pk=delivery.pk).exists():
        return
    for subscription in Subscription.objects.filter(pk__in=context["subscriptions"], subscriber=reader):
        subscription.missed = sorted({*subscription.missed, *hidden})
        subscription.save(update_fields=["missed"])
    reader.told = {post: edition for post, edition in reader.told.items() if int(post) not in hidden}
    reader.save(update_fields=["told"])
    News.objects.filter(pk__in=hidden).update(hidden=True)
    context["posts"] = [post for post in context["posts"] if post not in hidden]
    Delivery.objects.filter(pk=delivery.pk).update(context=context)
