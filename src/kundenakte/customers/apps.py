"""Customers as ERP and CRM know them."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Customers as ERP and CRM know them."""

    name = "kundenakte.customers"
    label = "customers"
