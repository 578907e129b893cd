"""What is stored of email: deliveries in the outbox, and the addresses that are never written to."""

from mail.models.bulk import BulkSending
from mail.models.counts import Counted, MailCount, Result
from mail.models.deliveries import BULK, KINDS, Delivery, DeliveryQuerySet, DeliveryState
from mail.models.refusals import RecentBounce
from mail.models.suppressions import Suppression, SuppressionReason, address_hmacs, mailbox_hmacs

__all__ = [
    "BULK",
    "KINDS",
    "BulkSending",
    "Counted",
    "Delivery",
    "DeliveryQuerySet",
    "DeliveryState",
    "MailCount",
    "RecentBounce",
    "Result",
    "Suppression",
    "SuppressionReason",
    "address_hmacs",
    "mailbox_hmacs",
]
