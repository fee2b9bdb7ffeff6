"""What the browser's upload remembers goes when nobody can ask for it any more."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.doors.web.upload.forgetting import KEEP, forget
from kundenakte.doors.web.upload.models import ReceivedUpload
from kundenakte.records.models import Arrival
from tests.builders import a_user, an_arrival


def test_an_upload_is_remembered_for_its_time_and_its_arrival_for_ever(db: None) -> None:
    user: User = a_user("verena")
    arrival = an_arrival()
    for key, age in (("young", KEEP - timedelta(minutes=1)), ("old", KEEP + timedelta(minutes=1))):
        ReceivedUpload.objects.create(key=key, user=user, arrival=arrival, at=timezone.now() - age)
    assert forget(0)()
    assert list(ReceivedUpload.objects.values_list("key", flat=True)) == ["young"]
    assert Arrival.objects.filter(pk=arrival.pk).exists()
