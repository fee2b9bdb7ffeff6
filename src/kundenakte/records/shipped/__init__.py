"""What a new house starts with: a file plan, document classes with their periods, and roles. All of it can be changed.

`install` may run again with every release: it adds what is missing and leaves alone what the house has made its own.
"""

from kundenakte.records.shipped.install import install

__all__ = ["install"]
