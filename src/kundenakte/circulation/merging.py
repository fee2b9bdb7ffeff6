"""Folders go along when two customer files become one."""

from __future__ import annotations

from kundenakte.circulation.models import Case, CirculationFolder
from kundenakte.records.models import CustomerFile


def move(old: CustomerFile, new: CustomerFile) -> None:
    """All folders of the old file, on their way or not, belong to the new one; their documents moved as well."""
    CirculationFolder.objects.filter(customer_file=old).update(customer_file=new)
    Case.objects.filter(customer_file=old).update(customer_file=new)
