"""Electronic invoices after EN 16931, built from the same data as the printed ones."""

from demo.einvoice.bill import Bill, bill_of
from demo.einvoice.cii import FACTUR_X, XRECHNUNG, cii_xml
from demo.einvoice.facturx_pdf import facturx_pdf
from demo.einvoice.ubl import ubl_xml

__all__ = ["FACTUR_X", "XRECHNUNG", "Bill", "bill_of", "cii_xml", "facturx_pdf", "ubl_xml"]
