"""`kundenakte COMMAND`: the one entry of the command line."""

import os
import sys


def main() -> None:
    """Run a management command with the product's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenakte.config.settings")
    from django.core.management import execute_from_command_line

    from kundenakte.config import processes

    processes.end_with_starter()
    # People write import-customers; Django finds commands by their module's name.
    execute_from_command_line(
        [sys.argv[0], *(w if w.startswith("-") else w.replace("-", "_") for w in sys.argv[1:2]), *sys.argv[2:]]
    )


if __name__ == "__main__":
    main()
