"""Our own company is the administration's to change."""

from __future__ import annotations

import pytest

from kundenakte.customers.models import OwnCompany
from kundenakte.records.actions.company import set_own_company
from kundenakte.records.refusals import NotAllowed
from tests.builders import NOW, a_house, an_actor

pytestmark = pytest.mark.django_db


def test_the_administration_changes_it_and_nobody_else() -> None:
    a_house()
    set_own_company(actor=an_actor("anton"), now=NOW, city="Nürnberg")
    assert OwnCompany.objects.get().city == "Nürnberg"
    with pytest.raises(NotAllowed):
        set_own_company(actor=an_actor("verena"), now=NOW, city="Berlin")
    assert OwnCompany.objects.get().city == "Nürnberg"
