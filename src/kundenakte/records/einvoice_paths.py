"""Where the header fields of an e-invoice stand, per syntax (EN 16931-3-2 for UBL, 16931-3-3 for CII)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Key -> paths below the root in the order of preference. "!SEPA" at the end leaves out ids of that scheme.
Paths = Mapping[str, tuple[str, ...]]

# The keys of EInvoice.values with their business term. `order_number`, `iban` and `preceding_invoice` may hold
# several values, joined by ";" (EN 16931-1:2026 allows several orders per invoice).
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "guideline": "BT-24",
        "invoice_number": "BT-1",
        "issue_date": "BT-2",
        "type_code": "BT-3",
        "currency": "BT-5",
        "due_date": "BT-9",
        "buyer_reference": "BT-10",
        "project": "BT-11",
        "contract": "BT-12",
        "order_number": "BT-13",
        "sales_order": "BT-14",
        "despatch_advice": "BT-16",
        "preceding_invoice": "BT-25",
        "seller_name": "BT-27",
        "seller_id": "BT-29",
        "seller_vat_id": "BT-31",
        "seller_tax_number": "BT-32",
        "seller_email": "BT-34",
        "seller_street": "BT-35",
        "seller_city": "BT-37",
        "seller_zip": "BT-38",
        "buyer_name": "BT-44",
        "buyer_id": "BT-46",
        "buyer_vat_id": "BT-48",
        "buyer_email": "BT-49",
        "buyer_street": "BT-50",
        "buyer_city": "BT-52",
        "buyer_zip": "BT-53",
        "delivery_name": "BT-70",
        "delivery_date": "BT-72",
        "remittance": "BT-83",
        "iban": "BT-84",
        "net_amount": "BT-109",
        "vat_amount": "BT-110",
        "gross_amount": "BT-112",
        "due_amount": "BT-115",
    }
)


def _paths(table: Mapping[str, str | tuple[str, ...]]) -> Paths:
    """Expand names to "any namespace": ZUGFeRD counted its versions in them, so the root's decides alone."""
    made = {}
    for key, value in table.items():
        alternatives = (value,) if isinstance(value, str) else value
        made[key] = tuple("/".join(f"{{*}}{step}" for step in path.split("/")) for path in alternatives)
    return MappingProxyType(made)


def _party(base: str, role: str) -> dict[str, str | tuple[str, ...]]:
    """A trade party in CII: `role` is "seller" or "buyer"."""
    return {
        f"{role}_name": f"{base}/Name",
        f"{role}_id": (f"{base}/ID", f"{base}/GlobalID"),
        f"{role}_vat_id": f"{base}/SpecifiedTaxRegistration/ID[@schemeID='VA']",
        f"{role}_email": (
            f"{base}/URIUniversalCommunication/URIID[@schemeID='EM']",
            f"{base}/DefinedTradeContact/EmailURIUniversalCommunication/URIID",
        ),
        f"{role}_street": f"{base}/PostalTradeAddress/LineOne",
        f"{role}_city": f"{base}/PostalTradeAddress/CityName",
        f"{role}_zip": f"{base}/PostalTradeAddress/PostcodeCode",
    }


def _cii(
    *, context: str, document: str, agreement: str, delivery: str, settlement: str, summation: str, reference: str
) -> Paths:
    sums = f"{settlement}/{summation}"
    seller, buyer = f"{agreement}/SellerTradeParty", f"{agreement}/BuyerTradeParty"
    means = f"{settlement}/SpecifiedTradeSettlementPaymentMeans"
    return _paths(
        {
            "guideline": f"{context}/GuidelineSpecifiedDocumentContextParameter/ID",
            "invoice_number": f"{document}/ID",
            "issue_date": f"{document}/IssueDateTime/DateTimeString",
            "type_code": f"{document}/TypeCode",
            "currency": f"{settlement}/InvoiceCurrencyCode",
            "due_date": f"{settlement}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",
            "buyer_reference": f"{agreement}/BuyerReference",
            "project": f"{agreement}/SpecifiedProcuringProject/ID",
            "contract": f"{agreement}/ContractReferencedDocument/{reference}",
            "order_number": f"{agreement}/BuyerOrderReferencedDocument/{reference}",
            "sales_order": f"{agreement}/SellerOrderReferencedDocument/{reference}",
            "despatch_advice": (
                f"{delivery}/DespatchAdviceReferencedDocument/{reference}",
                f"{delivery}/DeliveryNoteReferencedDocument/{reference}",
            ),
            "preceding_invoice": f"{settlement}/InvoiceReferencedDocument/{reference}",
            **_party(seller, "seller"),
            "seller_tax_number": f"{seller}/SpecifiedTaxRegistration/ID[@schemeID='FC']",
            **_party(buyer, "buyer"),
            "delivery_name": f"{delivery}/ShipToTradeParty/Name",
            "delivery_date": f"{delivery}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",
            "remittance": f"{settlement}/PaymentReference",
            "iban": f"{means}/PayeePartyCreditorFinancialAccount/IBANID",
            "net_amount": f"{sums}/TaxBasisTotalAmount",
            "vat_amount": f"{sums}/TaxTotalAmount",
            "gross_amount": f"{sums}/GrandTotalAmount",
            "due_amount": f"{sums}/DuePayableAmount",
        }
    )


_D16B = "SupplyChainTradeTransaction"
CII: Paths = _cii(
    context="ExchangedDocumentContext",
    document="ExchangedDocument",
    agreement=f"{_D16B}/ApplicableHeaderTradeAgreement",
    delivery=f"{_D16B}/ApplicableHeaderTradeDelivery",
    settlement=f"{_D16B}/ApplicableHeaderTradeSettlement",
    summation="SpecifiedTradeSettlementHeaderMonetarySummation",
    reference="IssuerAssignedID",
)

_V1 = "SpecifiedSupplyChainTradeTransaction"
ZUGFERD_1: Paths = _cii(
    context="SpecifiedExchangedDocumentContext",
    document="HeaderExchangedDocument",
    agreement=f"{_V1}/ApplicableSupplyChainTradeAgreement",
    delivery=f"{_V1}/ApplicableSupplyChainTradeDelivery",
    settlement=f"{_V1}/ApplicableSupplyChainTradeSettlement",
    summation="SpecifiedTradeSettlementMonetarySummation",
    reference="ID",
)


def _ubl_party(base: str, role: str) -> dict[str, str | tuple[str, ...]]:
    return {
        f"{role}_name": (f"{base}/PartyLegalEntity/RegistrationName", f"{base}/PartyName/Name"),
        f"{role}_id": f"{base}/PartyIdentification/ID!SEPA",
        f"{role}_email": (f"{base}/EndpointID[@schemeID='EM']", f"{base}/Contact/ElectronicMail"),
        f"{role}_street": f"{base}/PostalAddress/StreetName",
        f"{role}_city": f"{base}/PostalAddress/CityName",
        f"{role}_zip": f"{base}/PostalAddress/PostalZone",
    }


_SELLER, _BUYER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
UBL: Paths = _paths(
    {
        "guideline": "CustomizationID",
        "invoice_number": "ID",
        "issue_date": "IssueDate",
        "type_code": ("InvoiceTypeCode", "CreditNoteTypeCode"),
        "currency": "DocumentCurrencyCode",
        "due_date": ("DueDate", "PaymentMeans/PaymentDueDate"),
        "buyer_reference": "BuyerReference",
        "project": "ProjectReference/ID",
        "contract": "ContractDocumentReference/ID",
        "order_number": "OrderReference/ID",
        "sales_order": "OrderReference/SalesOrderID",
        "despatch_advice": "DespatchDocumentReference/ID",
        "preceding_invoice": "BillingReference/InvoiceDocumentReference/ID",
        **_ubl_party(_SELLER, "seller"),
        **_ubl_party(_BUYER, "buyer"),
        "delivery_name": "Delivery/DeliveryParty/PartyName/Name",
        "delivery_date": "Delivery/ActualDeliveryDate",
        "remittance": "PaymentMeans/PaymentID",
        "iban": "PaymentMeans/PayeeFinancialAccount/ID",
        "net_amount": "LegalMonetaryTotal/TaxExclusiveAmount",
        "vat_amount": "TaxTotal/TaxAmount",
        "gross_amount": "LegalMonetaryTotal/TaxInclusiveAmount",
        "due_amount": "LegalMonetaryTotal/PayableAmount",
    }
)
