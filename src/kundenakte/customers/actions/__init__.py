"""Changes to the customer master.

Permission is asked one layer up (`records.access`), since a customer is visible when its file is and this layer knows
no files: doors call these through `records.actions`, never by themselves. Here is what must hold whoever asks:
validity, the rows, the keys customers are found by, and the journal entry, in one transaction. Nothing else writes
`Customer.objects`. `now` decides the days; each action refuses with a class of `refusals.py`.
"""

from kundenakte.customers.actions.change import add_contact, change_customer, change_state, end_contact
from kundenakte.customers.actions.create import create_customer
from kundenakte.customers.actions.identify import add_identifier, attach_number, end_identifier
from kundenakte.customers.actions.merge import merge_customers
from kundenakte.customers.actions.own_company import set_own_company

__all__ = [
    "add_contact",
    "add_identifier",
    "attach_number",
    "change_customer",
    "change_state",
    "create_customer",
    "end_contact",
    "end_identifier",
    "merge_customers",
    "set_own_company",
]
