"""Words of the administration's pages."""

from django import template

from kundenakte.records.models import Verb

register = template.Library()


@register.filter
def verb_label(verb: str) -> str:
    """What a verb is called, in German; `said` puts it into the language of the screen."""
    return str(Verb(verb).label)
