"""Eingang: take bytes and origin, notice duplicates, keep the original."""
