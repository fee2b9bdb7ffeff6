"""Static files carry a digest of what they hold in their name, our own modules as well."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage as Storage  # type: ignore[import-untyped]


class StaticNames(Storage):  # type: ignore[misc]
    """Our modules import each other by these names, too: after an update of the product no page runs half on old ones.

    Django can do that for all files or none, and packages name files they do not bring.
    """

    patterns = (*Storage.patterns, ("web/*.js", Storage._js_module_import_aggregation_patterns[1]))
