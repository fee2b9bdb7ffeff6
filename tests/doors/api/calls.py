"""Calling REST as a program does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kundenakte import pipeline
from kundenakte.base.accounts.scopes import SCOPES
from kundenakte.records.actions.accounts import issue_token
from tests.builders import NOW, SETUP, a_user

SAID: dict[str, Any] = {
    "customer": "10023",
    "class": "INV_OUT",
    "number": "4711",
    "dated_on": "2026-11-20",
    "system": "erp",
}


class Program:
    """A program with a token."""

    def __init__(self, username: str = "erp", scopes: Sequence[str] = tuple(SCOPES)) -> None:
        pipeline.register_jobs()
        self.user = a_user(username)
        self.token, self.secret = issue_token(actor=SETUP, user=self.user, name="test", scopes=scopes, now=NOW)
        self.client = Client(raise_request_exception=False)

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **more}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers())

    def put(self, path: str, content: dict[str, Any]) -> Any:
        return self.client.put(f"/api/v1/{path}", content, content_type="application/json", headers=self.headers())

    def deliver(self, content: bytes = b"%PDF-1.4 x", *, name: str = "RE_4711.pdf", key: str = "", **said: Any) -> Any:
        headers = self.headers(**({"Idempotency-Key": key} if key else {}))
        return self.client.post(
            "/api/v1/documents", {"file": SimpleUploadedFile(name, content), **said}, headers=headers
        )

    def deliver_raw(self, content: bytes, *, query: str, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/documents/raw?{query}", content, content_type="application/octet-stream",
            headers=self.headers(**headers),
        )  # fmt: skip
