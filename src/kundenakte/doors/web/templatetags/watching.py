"""The button that puts a customer on one's start page, for any page about a customer file."""

from __future__ import annotations

from typing import Any

from django import template

from kundenakte.records.models import CustomerFile, Watch

register = template.Library()


@register.inclusion_tag("parts/watch.html", takes_context=True)
def watch_button(context: dict[str, Any], customer_file: CustomerFile) -> dict[str, Any]:
    """Pressed when whoever is signed in watches this file."""
    user = context["request"].user
    is_watched = Watch.objects.filter(user=user, customer_file=customer_file).exists()
    return {"customer_file": customer_file, "is_watched": is_watched, "csrf_token": context.get("csrf_token")}
