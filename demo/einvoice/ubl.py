"""UBL 2.1 invoices and credit notes, as XRechnung uses them."""

from __future__ import annotations

from demo.einvoice.bill import UNITS, Bill
from demo.einvoice.cii import XRECHNUNG
from demo.einvoice.tree import Node
from demo.money import plain, quantity
from demo.parties import Party

_BASE = "urn:oasis:names:specification:ubl:schema:xsd:"
_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


def ubl_xml(bill: Bill) -> bytes:
    """The invoice as UBL, customization XRechnung 3.0."""
    credit = bill.type_code == "381"
    kind = "CreditNote" if credit else "Invoice"
    spaces = {
        "ubl": f"{_BASE}{kind}-2",
        "cac": f"{_BASE}CommonAggregateComponents-2",
        "cbc": f"{_BASE}CommonBasicComponents-2",
    }
    root = Node.root(f"ubl:{kind}", spaces)
    root.add("cbc:CustomizationID", XRECHNUNG)
    root.add("cbc:ProfileID", _PROFILE)
    root.add("cbc:ID", bill.number)
    root.add("cbc:IssueDate", bill.dated_on.isoformat())
    if not credit:
        root.add("cbc:DueDate", bill.due_on.isoformat())
    root.add(f"cbc:{kind}TypeCode", bill.type_code)
    root.add("cbc:DocumentCurrencyCode", "EUR")
    root.add("cbc:BuyerReference", bill.buyer_reference)
    if bill.order_number:
        root.add("cac:OrderReference/cbc:ID", bill.order_number)
    if bill.corrects:
        reference = root.add("cac:BillingReference/cac:InvoiceDocumentReference")
        reference.add("cbc:ID", bill.corrects[0])
        reference.add("cbc:IssueDate", bill.corrects[1].isoformat())
    _party(root.add("cac:AccountingSupplierParty/cac:Party"), bill.seller, seller=True)
    _party(root.add("cac:AccountingCustomerParty/cac:Party"), bill.buyer, seller=False)
    _delivery(root, bill)
    means = root.add("cac:PaymentMeans")
    means.add("cbc:PaymentMeansCode", "58")
    means.add("cbc:PaymentID", bill.number)
    means.add("cac:PayeeFinancialAccount/cbc:ID", bill.seller.iban)
    root.add("cac:PaymentTerms/cbc:Note", f"Zahlbar bis {bill.due_on:%d.%m.%Y} ohne Abzug")
    _totals(root, bill)
    for position in range(len(bill.items)):
        _line(root, bill, position, credit=credit)
    return root.xml()


def _party(party: Node, who: Party, *, seller: bool) -> None:
    party.add("cbc:EndpointID", who.email, schemeID="EM")
    if who.number:
        party.add("cac:PartyIdentification/cbc:ID", who.number)
    party.add("cac:PartyName/cbc:Name", who.name)
    _address(party.add("cac:PostalAddress"), who)
    for number, scheme in ((who.vat_id, "VAT"), (who.tax_number, "FC")):
        if number:
            tax = party.add("cac:PartyTaxScheme")
            tax.add("cbc:CompanyID", number)
            tax.add("cac:TaxScheme/cbc:ID", scheme)
    party.add("cac:PartyLegalEntity/cbc:RegistrationName", who.name)
    if seller:
        contact = party.add("cac:Contact")
        contact.add("cbc:Name", who.contact.name if who.contact else "Buchhaltung")
        contact.add("cbc:Telephone", who.phone or "+49 89 99998-990")
        contact.add("cbc:ElectronicMail", who.email)


def _address(address: Node, who: Party) -> None:
    address.add("cbc:StreetName", who.street)
    address.maybe("cbc:AdditionalStreetName", who.addition)
    address.add("cbc:CityName", who.city)
    address.add("cbc:PostalZone", who.zip)
    address.add("cac:Country/cbc:IdentificationCode", who.country)


def _delivery(root: Node, bill: Bill) -> None:
    delivery = root.add("cac:Delivery")
    delivery.add("cbc:ActualDeliveryDate", bill.delivered_on.isoformat())
    if bill.category == "K":
        _address(delivery.add("cac:DeliveryLocation/cac:Address"), bill.buyer)


def _category(parent: Node, name: str, bill: Bill, *, reason: bool) -> None:
    category = parent.add(name)
    category.add("cbc:ID", bill.category)
    category.add("cbc:Percent", str(bill.percent))
    if reason and bill.category == "K":
        category.add("cbc:TaxExemptionReason", "Steuerfreie innergemeinschaftliche Lieferung")
    category.add("cac:TaxScheme/cbc:ID", "VAT")


def _totals(root: Node, bill: Bill) -> None:
    total = root.add("cac:TaxTotal")
    total.add("cbc:TaxAmount", plain(bill.tax), currencyID="EUR")
    part = total.add("cac:TaxSubtotal")
    part.add("cbc:TaxableAmount", plain(bill.net), currencyID="EUR")
    part.add("cbc:TaxAmount", plain(bill.tax), currencyID="EUR")
    _category(part, "cac:TaxCategory", bill, reason=True)
    sums = root.add("cac:LegalMonetaryTotal")
    for name, amount in (("LineExtension", bill.net), ("TaxExclusive", bill.net), ("TaxInclusive", bill.gross)):
        sums.add(f"cbc:{name}Amount", plain(amount), currencyID="EUR")
    sums.add("cbc:PayableAmount", plain(bill.gross), currencyID="EUR")


def _line(root: Node, bill: Bill, position: int, *, credit: bool) -> None:
    item = bill.items[position]
    line = root.add("cac:CreditNoteLine" if credit else "cac:InvoiceLine")
    line.add("cbc:ID", str(position + 1))
    amount = quantity(item.amount).replace(",", ".")
    line.add("cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity", amount, unitCode=UNITS[item.article.unit])
    line.add("cbc:LineExtensionAmount", plain(item.total), currencyID="EUR")
    product = line.add("cac:Item")
    product.add("cbc:Description", item.article.detail)
    product.add("cbc:Name", item.article.name)
    product.add("cac:SellersItemIdentification/cbc:ID", item.article.number)
    _category(product, "cac:ClassifiedTaxCategory", bill, reason=False)
    line.add("cac:Price/cbc:PriceAmount", item.price_xml, currencyID="EUR")
