"""What is stored of email: deliveries in the outbox, and the addresses that are never written to."""

from mail.models.deliveries import KINDS, Delivery, DeliveryQuerySet, DeliveryState, kinds
from mail.models.refusals import RecentBounce
from mail.models.suppressions import Suppression, SuppressionReason, address_hmacs, mailbox_hmacs

__all__ = [
    "KINDS",
    "Delivery",
    "DeliveryQuerySet",
    "DeliveryState",
    "RecentBounce",
    "Suppression",
    "SuppressionReason",
    "address_hmacs",
    "kinds",
    "mailbox_hmacs",
]
