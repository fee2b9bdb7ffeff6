"""Whoever drives the browser waits until a page has loaded, as a person does who looks before she presses.

A page's scripts are bound before it counts as loaded. A key that comes earlier reaches nobody: on a busy machine that
is a race between the test and the browser, and says nothing about the product.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

_LOCATOR = (
    "bounding_box", "check", "click", "evaluate", "fill", "focus", "hover", "press", "press_sequentially",
    "select_option", "set_input_files", "uncheck",
)  # fmt: skip
_KEYBOARD = ("down", "insert_text", "press", "type")
_MOUSE = ("click", "down", "move")


def make_locators_wait() -> None:
    """From now on everything that is done to an element waits for its page."""
    for name in _LOCATOR:
        original = getattr(Locator, name)
        if not hasattr(original, "__wrapped__"):
            setattr(Locator, name, _after_loading(original))


def make_keys_and_mouse_wait(page: Page) -> None:
    """Keys and mouse know no page, so they are told for each one."""
    for device, names in ((page.keyboard, _KEYBOARD), (page.mouse, _MOUSE)):
        for name in names:
            setattr(device, name, _waiting_for(page, getattr(device, name)))


def _after_loading(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def act(locator: Locator, *args: Any, **more: Any) -> Any:
        locator.page.wait_for_load_state()
        return original(locator, *args, **more)

    return act


def _waiting_for(page: Page, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def act(*args: Any, **more: Any) -> Any:
        page.wait_for_load_state()
        return original(*args, **more)

    return act
