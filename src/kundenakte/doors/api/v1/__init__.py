"""Version 1. What is published here keeps its meaning; additions are allowed, changes make a version 2."""

from kundenakte.doors.api.v1.interface import api

__all__ = ["api"]
