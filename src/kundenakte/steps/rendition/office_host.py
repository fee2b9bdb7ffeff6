"""Keeps one LibreOffice warm and has it convert files; run by the Python that LibreOffice came with, not by ours.

A program of its own: it imports nothing of kundenakte, since the system's Python does not know it. It talks over the
open file named by its last argument, four bytes of length and JSON each way, ends after some idle minutes, and takes
LibreOffice with it. Arguments: path of soffice.bin, idle seconds, number of the open file.
"""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Any

PROFILE = pathlib.Path("profile")
# LibreOffice is started anew after so many files: memory it lost comes back.
MOST_FILES = 100
# A spreadsheet can have ten thousand pages.
MOST_PAGES = 200
START_SECONDS = 60
UNSEEN_SECONDS = 60

# Never run macros, never ask, never follow links to other files or hosts, never store anything beside the file.
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Save/Document", "AutoSave", "false"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Common/Misc", "UseSystemFileDialog", "false"),
    ("Office.Common/History", "PickListSize", "0"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Office.Jobs/Jobs/UpdateCheck/Arguments", "AutoCheckEnabled", "false"),
    # Numbers and dates without a language of their own stand as the house writes them: 1.234,56 and 24.11.2026.
    ("Setup/L10N", "ooSetupSystemLocale", "de-DE"),
    ("Office.Linguistic/General", "DefaultLocale", "de-DE"),
)
_EXPORTS = (
    ("com.sun.star.sheet.SpreadsheetDocument", "calc_pdf_Export"),
    ("com.sun.star.presentation.PresentationDocument", "impress_pdf_Export"),
    ("com.sun.star.drawing.DrawingDocument", "draw_pdf_Export"),
    ("com.sun.star.text.WebDocument", "writer_web_pdf_Export"),
    ("com.sun.star.text.GenericTextDocument", "writer_pdf_Export"),
)
# What LibreOffice takes when it does not know a file: no Office file.
_LAST_RESORTS = frozenset({"", "Text", "Text (encoded)", "Text (encoded) (StarWriter/Web)"})
# ERRCODE_SFX_WRONGPASSWORD; and an abort, since nobody was there to answer: for the password, or about a repair.
_WRONG_PASSWORD, _ABORTED = 0x4B0B, 0x20D
# It ends with one of these after it made its profile, and wants to be started again.
_START_AGAIN = frozenset({79, 81})


def main() -> None:
    """Answer until the other side is gone or nothing was asked for the idle time."""
    program, idle, number = sys.argv[1:4]
    channel = socket.socket(fileno=int(number))
    office = Office(program)
    try:
        while select.select([channel], [], [], float(idle))[0]:
            question = receive(channel)
            if question is None:
                return
            send(channel, answer(office, question))
    finally:
        office.end()


def answer(office: Office, question: dict[str, Any]) -> dict[str, Any]:
    """Convert one file; whatever goes wrong becomes an answer, after which LibreOffice is started anew."""
    try:
        return office.convert(question)
    except Exception as error:  # noqa: BLE001 - uno raises what it likes, and the other side must get an answer
        why = f"{type(error).__name__}: {error}"[:2000]
    office.end()
    # LibreOffice without a face falls over some texts while they are shown to it; by itself it converts them unseen.
    if not question.get("password") and office.convert_unseen(question):
        return {"done": True}
    return {"failed": why}


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """One message, or None when the other side is gone."""
    head = channel.recv(4, socket.MSG_WAITALL)
    if len(head) < 4:
        return None
    body = channel.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
    return dict(json.loads(body))


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """One message."""
    body = json.dumps(message).encode("ascii")
    channel.sendall(len(body).to_bytes(4, "big") + body)


class Office:
    """One LibreOffice process with its own profile in the present folder."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._context: Any = None
        self._files = 0

    def convert(self, question: dict[str, Any]) -> dict[str, Any]:
        """Load `source`, write `target` as PDF. Answers done, refused (encrypted or unreadable) or failed."""
        self._make_ready()
        reading = _reading(question)
        kind, service = self._filter(reading)
        if kind in _LAST_RESORTS:
            return {"refused": "unreadable", "why": f"read as {kind}"}
        document = self._create(service)
        try:
            document.load(_properties({**reading, "FilterName": kind}))
        except Exception as error:
            code = getattr(error, "ErrCode", None)
            if code == _WRONG_PASSWORD or (code == _ABORTED and question.get("may_be_encrypted")):
                return {"refused": "wrong-password" if question.get("password") else "encrypted"}
            if code is not None:
                return {"refused": "unreadable", "why": f"error {code:#x}"}
            raise
        try:
            self._store(document, question["target"])
        finally:
            document.close(True)  # noqa: FBT003 - LibreOffice's signature
        return {"done": True}

    def convert_unseen(self, question: dict[str, Any]) -> bool:
        """Convert by a LibreOffice started for this file alone: a second and more, but it never draws a window."""
        folder = pathlib.Path("unseen")
        folder.mkdir(exist_ok=True)
        pages = json.dumps({"PageRange": {"type": "string", "value": f"1-{MOST_PAGES}"}})
        command = [
            self._program, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation={_url(PROFILE)}",
            "--convert-to", f"pdf:writer_pdf_Export:{pages}", "--outdir", str(folder), question["source"],
        ]  # fmt: skip
        try:
            subprocess.run(command, timeout=UNSEEN_SECONDS, check=True, preexec_fn=_die_with_us)
            made = folder / pathlib.Path(question["source"]).with_suffix(".pdf").name
            shutil.move(made, question["target"])
        except (OSError, subprocess.SubprocessError):
            return False
        return True

    def end(self) -> None:
        """Kill LibreOffice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process, self._context, self._files = None, None, 0

    def _filter(self, reading: dict[str, Any]) -> tuple[str, str]:
        """The import filter for a file and the service name of the document it makes."""
        detection = self._create("com.sun.star.document.TypeDetection")
        name, found = detection.queryTypeByDescriptor(_properties(reading), True)  # noqa: FBT003 - its signature
        if not name:
            return "", ""
        kind = _values(found).get("FilterName") or _values(detection.getByName(name)).get("PreferredFilter", "")
        filters = self._create("com.sun.star.document.FilterFactory")
        return str(kind), str(_values(filters.getByName(kind))["DocumentService"])

    def _store(self, document: Any, target: str) -> None:
        export = next((name for service, name in _EXPORTS if document.supportsService(service)), None)
        if export is None:
            raise ValueError("a kind of document without pages")
        if export == "calc_pdf_Export":
            _fit_to_width(document)
        elif export.startswith("writer"):
            _remove_comments(document)
            # Text is laid out only for a view; the others are not.
            hidden = _properties({"Model": document, "Hidden": True})
            self._create("com.sun.star.frame.Desktop").loadComponentFromURL("private:object", "_blank", 0, hidden)
        document.storeToURL(_url(target), _storing(export))

    def _create(self, service: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(service, self._context)

    def _make_ready(self) -> None:
        self._files += 1
        if self._files > MOST_FILES or (self._process is not None and self._process.poll() is not None):
            self.end()
            self._files = 1
        if self._context is None:
            self._start()

    def _start(self) -> None:
        _write_settings()
        until = time.monotonic() + START_SECONDS
        pipe = f"kundenakte-{os.getpid()}"
        while self._context is None:
            if self._process is None or self._process.poll() in _START_AGAIN:
                self._process = self._run(pipe)
            self._context = self._connected(pipe)
            if self._context is None:
                if self._process.poll() not in {None, *_START_AGAIN} or time.monotonic() > until:
                    raise TimeoutError(f"LibreOffice did not start: {self._process.poll()}")
                time.sleep(0.05)

    def _run(self, pipe: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                self._program, "--headless", "--invisible", "--nologo", "--nodefault", "--norestore", "--nolockcheck",
                "--nofirststartwizard", f"--accept=pipe,name={pipe};urp;", f"-env:UserInstallation={_url(PROFILE)}",
            ],
            preexec_fn=_die_with_us,  # noqa: PLW1509 - this program has one thread
        )  # fmt: skip

    @staticmethod
    def _connected(pipe: str) -> Any:
        """The context of the running LibreOffice; None while it does not listen yet."""
        import uno
        from com.sun.star.connection import NoConnectException

        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            return None


def _reading(question: dict[str, Any]) -> dict[str, Any]:
    """Read-only, without macros or links (com.sun.star.document.MacroExecMode, UpdateDocMode). Nobody is asked."""
    values = {
        "URL": _url(question["source"]),
        "ReadOnly": True,
        "Hidden": True,
        "MacroExecutionMode": 0,
        "UpdateDocMode": 0,
    }
    if question.get("password"):
        values["Password"] = question["password"]
    return values


def _remove_comments(document: Any) -> None:
    """They are not printed, and drawing their windows would crash a LibreOffice without a face."""
    from com.sun.star.uno import RuntimeException

    fields = document.getTextFields().createEnumeration()
    comments = []
    while fields.hasMoreElements():
        try:
            field = fields.nextElement()
            if field.supportsService("com.sun.star.text.textfield.Annotation"):
                comments.append(field)
        except RuntimeException:
            # Some other field that the bridge to Python cannot describe.
            continue
    for comment in comments:
        comment.dispose()


def _values(properties: Any) -> dict[str, Any]:
    return {item.Name: item.Value for item in properties}


def _storing(kind: str) -> tuple[Any, ...]:
    import uno

    data = {
        "PageRange": f"1-{MOST_PAGES}",
        "ReduceImageResolution": True,
        "MaxImageResolution": 200,
        "UseTaggedPDF": False,
        "ExportBookmarks": False,
        "ExportFormFields": False,
        "ExportNotes": False,
    }
    typed = uno.Any("[]com.sun.star.beans.PropertyValue", _properties(data))
    return _properties({"FilterName": kind, "FilterData": typed, "Overwrite": True})


def _fit_to_width(document: Any) -> None:
    """A sheet without page settings of its own is fitted to the width of a page, else its columns lie scattered."""
    styles = document.getStyleFamilies().getByName("PageStyles")
    for name in styles.getElementNames():
        style = styles.getByName(name)
        if not style.ScaleToPages and not style.ScaleToPagesX and not style.ScaleToPagesY and style.PageScale == 100:
            style.ScaleToPagesX, style.ScaleToPagesY = 1, 0


def _properties(values: dict[str, Any]) -> tuple[Any, ...]:
    from com.sun.star.beans import PropertyValue

    made = []
    for name, value in values.items():
        item = PropertyValue()
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


def _url(path: str | pathlib.Path) -> str:
    return pathlib.Path(path).absolute().as_uri()


def _write_settings() -> None:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    file = PROFILE / "user" / "registrymodifications.xcu"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    main()
