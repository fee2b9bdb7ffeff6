"""A real IMAP server for the tests: Dovecot, in a folder of its own, ended with the test."""

from __future__ import annotations

import contextlib
import getpass
import imaplib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import free_port, until

USER, PASSWORD = "info@frankenblech.example", "geheim"
_DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
instance_name = {port}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""


class Dovecot:
    """A running server. `say_tokens(url)` must be told before `start` where tokens are asked about."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        for part in ("run", "state", "mail"):
            (folder / part).mkdir(parents=True)
        as_root = os.getuid() == 0
        me = pwd.getpwnam("nobody") if as_root else pwd.getpwuid(os.getuid())
        names = ("dovecot", "dovenull", "dovecot") if as_root else (getpass.getuser(), getpass.getuser(), "")
        if as_root:
            os.chown(folder / "mail", me.pw_uid, me.pw_gid)
            for above in [folder, *folder.parents]:
                with contextlib.suppress(PermissionError):
                    if above.stat().st_mode & 0o005 != 0o005 and above != Path("/root"):
                        above.chmod(above.stat().st_mode | 0o055)
        config = _CONFIG.format(
            folder=folder, port=self.port, internal=names[0], login=names[1], group=names[2] or me.pw_gid,
            uid=me.pw_uid, gid=me.pw_gid, password=PASSWORD,
        )  # fmt: skip
        (folder / "dovecot.conf").write_text(config)
        self.say_tokens("http://127.0.0.1:1/")

    def say_tokens(self, url: str) -> None:
        """Where the server asks what an access token is worth."""
        (self.folder / "oauth2.conf").write_text(
            f"tokeninfo_url = {url}\nintrospection_mode = \nusername_attribute = email\nforce_introspection = no\n"
        )

    def start(self) -> None:
        """Listen."""
        assert _DOVECOT is not None
        self._process = subprocess.Popen(
            [_DOVECOT, "-F", "-c", str(self.folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(self.folder / "errors").open("wb"),
        )  # fmt: skip
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "errors").read_text()
        try:
            # Only then is the mailbox laid out: until it is, the server says NO now and then.
            with self.session() as session:
                return session.select("INBOX", readonly=True)[0] == "OK"
        except (OSError, imaplib.IMAP4.error):
            return False

    def stop(self) -> None:
        """Be gone, as a provider is now and then."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    @contextlib.contextmanager
    def session(self) -> Iterator[imaplib.IMAP4]:
        """As the user's own mail program."""
        session = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        try:
            session.login(USER, PASSWORD)
            yield session
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                session.logout()

    def put(self, content: bytes, folder: str = "INBOX") -> None:
        """A mail arrives."""
        with self.session() as session:
            session.create(folder)
            until(lambda: session.append(folder, "", "", content)[0] == "OK")

    def there(self, folder: str = "INBOX") -> list[tuple[bytes, bytes]]:
        """What lies in a folder: flags and bytes."""
        with self.session() as session:
            if session.select(folder, readonly=True)[0] != "OK":
                return []
            lines = session.fetch("1:*", "(FLAGS BODY.PEEK[])")[1] if session.search(None, "ALL")[1][0] else []
            return [(line[0], line[1]) for line in lines if isinstance(line, tuple)]

    def forget_numbers(self) -> None:
        """Give all mails new numbers, as after a restore: UIDVALIDITY changes."""
        self.stop()
        box = self.folder / "mail" / USER
        for file in [*box.glob("dovecot-uidlist"), *box.glob("dovecot.index*"), *box.glob("dovecot-uidvalidity*")]:
            file.unlink()
        self.start()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Dovecot]:
    """The server; a test that cannot have one has failed."""
    if _DOVECOT is None:
        pytest.fail("dovecot is not installed (tools/system-packages test)")
    server = Dovecot(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
