"""What the customer master refuses."""

from __future__ import annotations

from kundenakte.base.refusals import Refused


class CustomerRefused(Refused):
    """A change to the customer master that is not made. `sentence` says why and what to do."""

    code = "customer_refused"


class BadIdentifier(CustomerRefused):
    """The text cannot be an identifier of its kind: wrong shape or wrong check digits."""

    code = "bad_identifier"


class OwnIdentifier(CustomerRefused):
    """The identifier is our own company's and would draw every document into one customer's file."""

    code = "own_identifier"


class BadCustomer(CustomerRefused):
    """A field of the customer cannot be as it is given."""

    code = "bad_customer"


class NumberTaken(CustomerRefused):
    """The customer number already leads to another customer of the same system."""

    code = "number_taken"


class CustomerChanged(CustomerRefused):
    """Somebody else changed the customer in the meantime."""

    code = "customer_changed"
    sentence = "Jemand hat diesen Kunden in der Zwischenzeit geändert. Bitte sehen Sie sich den neuen Stand an."


class CustomerMerged(CustomerRefused):
    """The record leads on to another customer and is not changed any more."""

    code = "customer_merged"
    sentence = "Dieser Kunde wurde mit einem anderen zusammengeführt. Bitte ändern Sie den verbleibenden Kunden."


class MergeRefused(CustomerRefused):
    """Two records that cannot become one."""

    code = "merge_refused"


class UnreadableList(CustomerRefused):
    """A customer list that cannot be read as a table at all."""

    code = "unreadable_list"
