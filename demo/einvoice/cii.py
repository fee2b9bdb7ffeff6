"""Cross Industry Invoice D16B, as Factur-X, ZUGFeRD 2 and XRechnung use it."""

from __future__ import annotations

from datetime import date

from demo.einvoice.bill import UNITS, Bill
from demo.einvoice.tree import Node
from demo.money import plain, quantity
from demo.parties import Party

FACTUR_X = "urn:cen.eu:en16931:2017"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}


def cii_xml(bill: Bill, *, guideline: str = FACTUR_X) -> bytes:
    """The invoice as CII, profile EN 16931 or XRechnung."""
    root = Node.root("rsm:CrossIndustryInvoice", _SPACES)
    context = root.add("rsm:ExchangedDocumentContext")
    if guideline == XRECHNUNG:
        context.add("ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", _PROCESS)
    context.add("ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", guideline)
    document = root.add("rsm:ExchangedDocument")
    document.add("ram:ID", bill.number)
    document.add("ram:TypeCode", bill.type_code)
    _day(document.add("ram:IssueDateTime"), bill.dated_on)
    document.add("ram:IncludedNote/ram:Content", _note(bill))
    trade = root.add("rsm:SupplyChainTradeTransaction")
    for position, item in enumerate(bill.items, 1):
        _line(trade, bill, position, item.article.number)
    _agreement(trade, bill)
    delivery = trade.add("ram:ApplicableHeaderTradeDelivery")
    if bill.category == "K":  # the place of delivery is asked for (BR-IC-12)
        _address(delivery.add("ram:ShipToTradeParty"), bill.buyer)
    _day(delivery.add("ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"), bill.delivered_on)
    _settlement(trade, bill)
    return root.xml()


def _note(bill: Bill) -> str:
    if bill.corrects:
        return f"Gutschrift zu Rechnung {bill.corrects[0]}. Bitte Vorsteuer berichtigen."
    return f"{bill.seller.register}. Geschäftsführung: {bill.seller.directors}."


def _day(parent: Node, on: date) -> None:
    parent.add("udt:DateTimeString", f"{on:%Y%m%d}", format="102")


def _line(trade: Node, bill: Bill, position: int, number: str) -> None:
    item = bill.items[position - 1]
    line = trade.add("ram:IncludedSupplyChainTradeLineItem")
    line.add("ram:AssociatedDocumentLineDocument/ram:LineID", str(position))
    product = line.add("ram:SpecifiedTradeProduct")
    product.add("ram:SellerAssignedID", number)
    product.add("ram:Name", item.article.name)
    product.add("ram:Description", item.article.detail)
    line.add("ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount", item.price_xml)
    amount = quantity(item.amount).replace(",", ".")
    line.add("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", amount, unitCode=UNITS[item.article.unit])
    settlement = line.add("ram:SpecifiedLineTradeSettlement")
    tax = settlement.add("ram:ApplicableTradeTax")
    tax.add("ram:TypeCode", "VAT")
    tax.add("ram:CategoryCode", bill.category)
    tax.add("ram:RateApplicablePercent", str(bill.percent))
    settlement.add("ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", plain(item.total))


def _agreement(trade: Node, bill: Bill) -> None:
    agreement = trade.add("ram:ApplicableHeaderTradeAgreement")
    agreement.add("ram:BuyerReference", bill.buyer_reference)
    seller = agreement.add("ram:SellerTradeParty")
    seller.add("ram:Name", bill.seller.name)
    contact = seller.add("ram:DefinedTradeContact")
    contact.add("ram:PersonName", bill.seller.contact.name if bill.seller.contact else "Buchhaltung")
    contact.add("ram:TelephoneUniversalCommunication/ram:CompleteNumber", bill.seller.phone or "+49 89 99998-990")
    contact.add("ram:EmailURIUniversalCommunication/ram:URIID", bill.seller.email)
    _address(seller, bill.seller)
    seller.add("ram:URIUniversalCommunication/ram:URIID", bill.seller.email, schemeID="EM")
    if bill.seller.tax_number:
        seller.add("ram:SpecifiedTaxRegistration/ram:ID", bill.seller.tax_number, schemeID="FC")
    seller.add("ram:SpecifiedTaxRegistration/ram:ID", bill.seller.vat_id, schemeID="VA")
    buyer = agreement.add("ram:BuyerTradeParty")
    buyer.maybe("ram:ID", bill.buyer.number)
    buyer.add("ram:Name", bill.buyer.name)
    _address(buyer, bill.buyer)
    buyer.add("ram:URIUniversalCommunication/ram:URIID", bill.buyer.email, schemeID="EM")
    if bill.buyer.vat_id:
        buyer.add("ram:SpecifiedTaxRegistration/ram:ID", bill.buyer.vat_id, schemeID="VA")
    if bill.order_number:
        agreement.add("ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", bill.order_number)


def _address(parent: Node, party: Party) -> None:
    address = parent.add("ram:PostalTradeAddress")
    address.add("ram:PostcodeCode", party.zip)
    address.add("ram:LineOne", party.street)
    address.maybe("ram:LineTwo", party.addition)
    address.add("ram:CityName", party.city)
    address.add("ram:CountryID", party.country)


def _settlement(trade: Node, bill: Bill) -> None:
    settlement = trade.add("ram:ApplicableHeaderTradeSettlement")
    settlement.add("ram:PaymentReference", bill.number)
    settlement.add("ram:InvoiceCurrencyCode", "EUR")
    means = settlement.add("ram:SpecifiedTradeSettlementPaymentMeans")
    means.add("ram:TypeCode", "58")  # SEPA credit transfer
    account = means.add("ram:PayeePartyCreditorFinancialAccount")
    account.add("ram:IBANID", bill.seller.iban)
    account.add("ram:AccountName", bill.seller.name)
    tax = settlement.add("ram:ApplicableTradeTax")
    tax.add("ram:CalculatedAmount", plain(bill.tax))
    tax.add("ram:TypeCode", "VAT")
    if bill.category == "K":
        tax.add("ram:ExemptionReason", "Steuerfreie innergemeinschaftliche Lieferung")
    tax.add("ram:BasisAmount", plain(bill.net))
    tax.add("ram:CategoryCode", bill.category)
    tax.add("ram:RateApplicablePercent", str(bill.percent))
    terms = settlement.add("ram:SpecifiedTradePaymentTerms")
    terms.add("ram:Description", f"Zahlbar bis {bill.due_on:%d.%m.%Y} ohne Abzug")
    _day(terms.add("ram:DueDateDateTime"), bill.due_on)
    _sums(settlement.add("ram:SpecifiedTradeSettlementHeaderMonetarySummation"), bill)
    if bill.corrects:
        reference = settlement.add("ram:InvoiceReferencedDocument")
        reference.add("ram:IssuerAssignedID", bill.corrects[0])
        dated = reference.add("ram:FormattedIssueDateTime/qdt:DateTimeString", f"{bill.corrects[1]:%Y%m%d}")
        dated.element.set("format", "102")


def _sums(sums: Node, bill: Bill) -> None:
    sums.add("ram:LineTotalAmount", plain(bill.net))
    sums.add("ram:TaxBasisTotalAmount", plain(bill.net))
    sums.add("ram:TaxTotalAmount", plain(bill.tax), currencyID="EUR")
    sums.add("ram:GrandTotalAmount", plain(bill.gross))
    sums.add("ram:DuePayableAmount", plain(bill.gross))
