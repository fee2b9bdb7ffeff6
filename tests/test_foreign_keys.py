"""Foreign keys point down the layers, and nobody looks back up them. import-linter cannot see this."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

# As in pyproject.toml, from above to below; what stands together may not know each other.
LAYERS = (
    ("config",),
    ("doors",),
    ("circulation",),
    ("steps",),
    ("records",),
    ("customers",),
    ("base.alarms", "base.backup"),
    ("base.journal",),
    ("base.accounts",),
    ("base.blobs", "base.jobs"),
)
HOUSE = "kundenakte."


def place(model: type[models.Model]) -> tuple[int, str] | None:
    """How far down the layers, and the app; None for what is not ours."""
    module = model.__module__
    if not module.startswith(HOUSE):
        return None
    inside = module.removeprefix(HOUSE)
    for depth, names in enumerate(LAYERS):
        if any(inside == name or inside.startswith(f"{name}.") for name in names):
            return depth, model._meta.app_label
    raise AssertionError(f"{module} is in no layer")


def keys() -> list[models.ForeignObject[Any, Any]]:
    return [
        field
        for model in apps.get_models(include_auto_created=True)
        if place(model)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignObject) and field.concrete
    ]


@pytest.mark.parametrize("key", keys(), ids=str)
def test_it_points_down_and_nobody_looks_back(key: models.ForeignObject[Any, Any]) -> None:
    here, there = place(key.model), place(key.related_model)
    assert here is not None
    if there is None or here[1] == there[1]:
        return
    assert here[0] < there[0], "points up, or to a sibling"
    assert key.remote_field.hidden, 'needs related_name="+"'


def test_there_are_keys_to_look_at() -> None:
    assert len(keys()) > 20
