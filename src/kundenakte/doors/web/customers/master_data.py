"""A customer's master data: make, look at, change, and what it is known by."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kundenakte.customers import queries
from kundenakte.customers.actions.change import current_address
from kundenakte.customers.models import Address, Contact, Customer, Identifier
from kundenakte.customers.namesakes import Namesake, namesakes
from kundenakte.doors.web import page
from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.doors.web.customers.forms import ContactForm, CustomerForm, IdentifierForm, NewCustomerForm
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import access
from kundenakte.records.actions import customers as actions
from kundenakte.records.actions.files import file_of
from kundenakte.records.models import CustomerFile, Verb
from kundenakte.records.refusals import NotFound


@require_http_methods(["GET", "POST"])
@screen
def new(request: SignedIn) -> HttpResponse:
    """A new customer, and with it its file; who it may be already is shown once before."""
    page.require(request, Verb.CHANGE_CUSTOMER)
    form = NewCustomerForm(request.POST or None, initial={"state": Customer.State.CUSTOMER, "country": "DE"})

    def create() -> HttpResponse:
        unseen = _unseen_namesakes(request, form)
        if unseen:
            return render(request, "customers/new.html", {"form": form, "namesakes": unseen}, status=409)
        customer = actions.create_customer(
            actor=page.actor(request), name=form.said("name"), name2=form.said("name2"), number=form.said("number"),
            state=form.said("state"), group=form.said("group"), place=form.place(), identifiers=form.identifiers(),
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("%(name)s ist angelegt.") % {"name": customer.name})
        return page.gone_on(reverse("file", args=(file_of(customer).pk,)))

    return carried_out(request, form, create, "customers/new.html", dict)


@require_GET
@screen
def show(request: SignedIn, pk: int) -> HttpResponse:
    """The master data of the customer whose file this is."""
    customer_file = access.get_file(request.user, pk)
    return render(request, "customers/master_data.html", _context(request, customer_file))


@require_http_methods(["GET", "POST"])
@screen
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Change name, state, group and address; the old ones stay with their days."""
    customer_file = access.get_file(request.user, pk)
    page.require(request, Verb.CHANGE_CUSTOMER)
    customer = customer_file.customer
    address = current_address(customer) or Address(country="DE")
    form = CustomerForm(
        request.POST or None,
        initial={
            "name": customer.name, "name2": customer.name2, "state": customer.state, "group": customer.group,
            "street": address.street, "zip_code": address.zip_code, "city": address.city, "country": address.country,
        },
    )  # fmt: skip

    def save() -> HttpResponse:
        actions.change_customer(
            actor=page.actor(request), customer=customer, edition=page.number(request.POST.get("edition")) or 0,
            fields={name: form.said(name) for name in ("name", "name2", "state", "group")}, place=form.place(),
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Die Stammdaten sind geändert."))
        return page.gone_on(reverse("file-customer", args=(pk,)))

    context: dict[str, object] = {"customer_file": customer_file, "customer": customer}
    return carried_out(request, form, save, "customers/change.html", lambda: context)


@require_POST
@screen
def add_identifier(request: SignedIn, pk: int) -> HttpResponse:
    """One more number, address or tax id by which documents find this customer."""
    customer_file = access.get_file(request.user, pk)
    form = IdentifierForm(request.POST)

    def add() -> HttpResponse:
        who, now = page.actor(request), timezone.now()
        if form.said("kind") == Identifier.Kind.NUMBER:
            actions.attach_number(
                actor=who, customer=customer_file.customer, number=form.said("text"),
                system=form.said("system") or "erp", now=now,
            )  # fmt: skip
        else:
            actions.add_identifier(
                actor=who, customer=customer_file.customer, kind=form.said("kind"), text=form.said("text"), now=now
            )
        messages.success(request, _("Eingetragen. Dokumente mit dieser Angabe finden jetzt in diese Akte."))
        return page.gone_on(reverse("file-customer", args=(pk,)))

    return carried_out(
        request, form, add, "customers/master_data.html",
        lambda: _context(request, customer_file, identifier_form=form),
    )  # fmt: skip


@require_POST
@screen
def end_identifier(request: SignedIn, pk: int, identifier: int) -> HttpResponse:
    """What held until today; older documents are still found by it."""
    customer_file = access.get_file(request.user, pk)
    row = Identifier.objects.filter(pk=identifier, customer__in=queries.family_of(customer_file.customer)).first()
    if row is None:
        raise NotFound
    actions.end_identifier(actor=page.actor(request), identifier=row, now=timezone.now())
    messages.success(request, _("%(value)s gilt ab heute nicht mehr.") % {"value": row.shown})
    return page.gone_on(reverse("file-customer", args=(pk,)))


@require_POST
@screen
def add_contact(request: SignedIn, pk: int) -> HttpResponse:
    """Somebody to talk to."""
    customer_file = access.get_file(request.user, pk)
    form = ContactForm(request.POST)

    def add() -> HttpResponse:
        actions.add_contact(
            actor=page.actor(request), customer=customer_file.customer, person=form.person(), now=timezone.now()
        )
        messages.success(request, _("%(name)s ist eingetragen.") % {"name": form.said("name")})
        return page.gone_on(reverse("file-customer", args=(pk,)))

    return carried_out(
        request, form, add, "customers/master_data.html", lambda: _context(request, customer_file, contact_form=form)
    )


@require_POST
@screen
def end_contact(request: SignedIn, pk: int, contact: int) -> HttpResponse:
    """Somebody who is there no longer."""
    customer_file = access.get_file(request.user, pk)
    row = Contact.objects.filter(pk=contact, customer__in=queries.family_of(customer_file.customer)).first()
    if row is None:
        raise NotFound
    actions.end_contact(actor=page.actor(request), contact=row, now=timezone.now())
    return page.gone_on(reverse("file-customer", args=(pk,)))


def _unseen_namesakes(request: SignedIn, form: NewCustomerForm) -> list[tuple[Namesake, int]]:
    """Who the new customer may be already, with their files; none when all of them were shown before (`gesehen`)."""
    found = namesakes(
        form.said("name"), among=access.customers_for(request.user), place=form.place(),
        identifiers=form.identifiers(),
    )  # fmt: skip
    seen = set(request.POST.get("gesehen", "").split(","))
    if all(str(one.customer.pk) in seen for one in found):
        return []
    return [(one, file_of(one.customer).pk) for one in found]


def _context(request: SignedIn, customer_file: CustomerFile, **more: object) -> dict[str, object]:
    customer = customer_file.customer
    family = queries.family_of(customer)
    return {
        "customer_file": customer_file,
        "customer": customer,
        "address": current_address(customer),
        "old_addresses": Address.objects.filter(customer__in=family, valid_until__isnull=False).order_by(
            "-valid_until"
        ),
        "contacts": alphabetical(Contact.objects.filter(customer__in=family, valid_until=None), lambda row: row.name),
        "identifiers": queries.identifiers_of(customer),
        "merged": Customer.objects.filter(merged_into=customer),
        "may_merge": page.rights(request).has(Verb.MERGE),
        "history": history_of(request.user, [("customers.customer", key) for key in family]),
        "identifier_form": IdentifierForm(),
        "contact_form": ContactForm(),
    } | more
