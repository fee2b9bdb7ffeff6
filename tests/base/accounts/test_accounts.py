"""Users, tokens, actors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import ApiToken, User

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def a_token(**changes: datetime) -> ApiToken:
    user = User.objects.create_user("erp", "erp@example.com")
    return ApiToken.objects.create(user=user, name="ERP", digest=random_secrets.digest_of("ka_x"), scopes="", **changes)


def test_a_token_opens_the_door_until_it_expires_or_is_revoked(db: None) -> None:
    token = a_token(expires_at=NOW + timedelta(days=1))
    assert token.is_valid(NOW)
    assert not token.is_valid(NOW + timedelta(days=1))
    token.revoked_at = NOW
    assert not token.is_valid(NOW)


def test_a_locked_account_takes_its_tokens_along(db: None) -> None:
    token = a_token()
    token.user.is_active = False
    assert not token.is_valid(NOW)


def test_tokens_are_long_unlike_each_other_and_kept_as_a_hash() -> None:
    secrets = {random_secrets.fresh("ka_") for _ in range(50)}
    assert len(secrets) == 50
    assert min(map(len, secrets)) > 40
    assert random_secrets.digest_of("ka_x") != "ka_x"


@pytest.mark.parametrize(("is_service", "kind"), [(False, "person"), (True, "connector")])
def test_an_actor_is_a_person_or_a_program(db: None, is_service: bool, kind: str) -> None:  # noqa: FBT001 - a case
    user = User.objects.create_user("bernd", name="Bernd Beck", is_service=is_service)
    actor = Actor.of(user)
    assert (actor.kind, actor.name, actor.is_person) == (kind, "Bernd Beck", True)


def test_a_rule_and_the_house_itself_act_without_a_user() -> None:
    assert not Actor.rule("filing.customer_number").is_person
    assert not Actor.system("set-up").is_person


def test_an_account_without_a_password_cannot_sign_in(db: None) -> None:
    assert not User.objects.create_user("neu").has_usable_password()
