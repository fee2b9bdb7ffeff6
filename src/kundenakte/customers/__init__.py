"""Customers as ERP and CRM know them."""
