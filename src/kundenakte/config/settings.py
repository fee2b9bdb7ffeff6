"""The settings. The environment is read here and nowhere else; what a customer decides is data with a screen."""

from pathlib import Path

from csp.constants import NONE, SELF

from kundenakte.config import environment

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(environment.text("KUNDENAKTE_DATA", str(ROOT / "var"))).absolute()
DATA.mkdir(mode=0o750, parents=True, exist_ok=True)

DEBUG = environment.flag("KUNDENAKTE_DEBUG", default=False)
SECRET_KEY = environment.secret("KUNDENAKTE_SECRET_KEY", DATA / "secret-key")
ALLOWED_HOSTS = environment.words("KUNDENAKTE_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
CSRF_TRUSTED_ORIGINS = environment.words("KUNDENAKTE_ORIGINS", ())
# How many processes of each kind `kundenakte serve` starts.
WEB_PROCESSES = environment.number("KUNDENAKTE_WEB", 2)
WORKER_PROCESSES = max(environment.number("KUNDENAKTE_WORKERS", 2), 1)
# Those that read scans: they wait for the reading program, of which as many run as there are cores.
READER_PROCESSES = environment.number("KUNDENAKTE_READERS", 2)
# Seconds a worker holds a job before others may take it; the heartbeat renews at a third of it.
JOB_LEASE_SECONDS = environment.number("KUNDENAKTE_LEASE", 60)
LISTEN = environment.text("KUNDENAKTE_LISTEN", "127.0.0.1:8000")
# Where derived data, blobs and the index lie; each may be a volume of its own.
# Originals lie in a folder, or in a bucket with copies at hand in a folder of its own.
BLOBS_BUCKET, BLOBS = environment.bucket_or_folder("KUNDENAKTE_BLOBS", DATA / "blobs", at_hand=DATA / "blobs-at-hand")
DERIVED = DATA / "derived"
INDEX = DATA / "index"
# Sealed for good: the OCFL storage root and what belongs to it (docs/archive-format.md).
ARCHIVE = Path(environment.text("KUNDENAKTE_ARCHIVE", str(DATA / "archive"))).absolute()
# Sealed files on local disks get the immutable flag as well (chattr +i), where file system and rights allow it.
ARCHIVE_IMMUTABLE = environment.flag("KUNDENAKTE_ARCHIVE_IMMUTABLE", default=False)
# A second copy of it: a folder on another disk, or s3://BUCKET/PREFIX; empty: none.
ARCHIVE_REPLICA = environment.text("KUNDENAKTE_ARCHIVE_REPLICA")
# The object store that places of the form s3://… mean. Its keys are in the environment, or in a file of mode 0600 that
# holds both, one a line; never in the database.
S3_ENDPOINT = environment.text("KUNDENAKTE_S3_ENDPOINT")
S3_REGION = environment.text("KUNDENAKTE_S3_REGION", "us-east-1")
S3_KEY_ID, S3_SECRET = environment.key_pair("KUNDENAKTE_S3_KEY_ID", "KUNDENAKTE_S3_SECRET", "KUNDENAKTE_S3_KEYS_FILE")
SCRATCH = DATA / "scratch"
# Where the journal's private keys lie; DATA/journal-keys when empty.
JOURNAL_KEYS = environment.text("KUNDENAKTE_JOURNAL_KEYS")
# Time-stamp authorities (RFC 3161) as name=address, and the PEM file of the certificates their stamps must lead to.
TIMESTAMP_AUTHORITIES = environment.named("KUNDENAKTE_TIMESTAMPS")
TIMESTAMP_ROOTS = environment.text("KUNDENAKTE_TIMESTAMP_ROOTS")
# Who signs PDFs electronically: the house itself, or a class that keeps the promises of steps/signing/port.py. A
# certificate of one's own is a PKCS#12 or PEM file with its key; empty: the one that the command has made.
SIGNER = environment.text("KUNDENAKTE_SIGNER", "kundenakte.steps.signing.house.HouseSigner")
SIGNING_CERTIFICATE = environment.text("KUNDENAKTE_SIGNING_CERTIFICATE")
SIGNING_PASSWORD = environment.text("KUNDENAKTE_SIGNING_PASSWORD")
# How many may be in the mail door that listens at once, SMTP and LMTP together.
MAIL_CONNECTIONS = environment.number("KUNDENAKTE_MAIL_CONNECTIONS", 50, least=1)
# Who keeps copies of the journal's signed heads: a folder beyond this machine's reach, and mail addresses.
WITNESS_FOLDER = environment.text("KUNDENAKTE_WITNESS_FOLDER")
WITNESS_MAIL = environment.words("KUNDENAKTE_WITNESS_MAIL", ())
SCRATCH.mkdir(mode=0o700, exist_ok=True)
# Where the nightly backup goes: a folder on another disk, or s3://BUCKET/PREFIX; empty: none. The key opens it and is
# never in it.
BACKUP_TARGET = environment.text("KUNDENAKTE_BACKUP")
# The backup's own object store, where it is not that of the house; what is not told here is as for all others.
BACKUP_S3_ENDPOINT = environment.text("KUNDENAKTE_BACKUP_S3_ENDPOINT")
BACKUP_S3_REGION = environment.text("KUNDENAKTE_BACKUP_S3_REGION")
BACKUP_S3_KEY_ID, BACKUP_S3_SECRET = environment.key_pair(
    "KUNDENAKTE_BACKUP_S3_KEY_ID", "KUNDENAKTE_BACKUP_S3_SECRET", "KUNDENAKTE_BACKUP_S3_KEYS_FILE"
)
BACKUP_KEY = environment.text("KUNDENAKTE_BACKUP_KEY")
BACKUP_KEY_FILE = Path(environment.text("KUNDENAKTE_BACKUP_KEY_FILE", str(DATA / "backup-key"))).absolute()
# The hour of the night in which it is made and put back for proof; and after how many days one is let go.
BACKUP_HOUR = environment.number("KUNDENAKTE_BACKUP_HOUR", 2)
BACKUP_KEEP_DAYS = environment.number("KUNDENAKTE_BACKUP_KEEP_DAYS", 90)
# Room for a second copy of the house, needed while a backup is proved.
PROOF_FOLDER = Path(environment.text("KUNDENAKTE_PROOF", str(SCRATCH))).absolute()
# What was lawfully destroyed, one line each; outside of what a backup puts back, best on another disk.
DISPOSITION_LIST = Path(environment.text("KUNDENAKTE_DISPOSITIONS", str(DATA / "dispositions.jsonl"))).absolute()
# True behind a proxy that speaks TLS and sets X-Forwarded-Proto.
BEHIND_TLS = environment.flag("KUNDENAKTE_TLS", default=False)

INSTALLED_APPS = [
    "kundenakte.base.jobs",
    "kundenakte.base.blobs",
    "kundenakte.base.accounts",
    "kundenakte.base.journal",
    "kundenakte.base.backup",
    "kundenakte.base.alarms",
    "kundenakte.customers",
    "kundenakte.records",
    "kundenakte.steps.intake",
    "kundenakte.steps.rendition",
    "kundenakte.steps.scanning",
    "kundenakte.steps.recognition",
    "kundenakte.steps.filing",
    "kundenakte.steps.search",
    "kundenakte.steps.archive",
    "kundenakte.circulation",
    "kundenakte.doors.web",
    "kundenakte.doors.web.upload",
    "kundenakte.doors.api",
    "kundenakte.doors.hotfolder",
    "kundenakte.doors.mailbox",
    "kundenakte.doors.share",
    "kundenakte.doors.cli",
    "kundenakte.config",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kundenakte.doors.web.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kundenakte.doors.web.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kundenakte.doors.web.readable.ReadableMiddleware",
]

ROOT_URLCONF = "kundenakte.config.urls"
WSGI_APPLICATION = "kundenakte.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Each screen has its templates beside its code.
        "DIRS": sorted(Path(__file__).resolve().parents[1].glob("doors/web/*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kundenakte.doors.web.shell.shell",
            ],
        },
    }
]

DATABASES = {"default": environment.database(environment.text("KUNDENAKTE_DATABASE_URL"), folder=DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "kundenakte.config.sign_in.ClosedHouse"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Five failed tries per name in five minutes, thirty per address in a minute (S57).
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# Sessions, messages and rate limits hold over restarts and over several web processes.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Shared by the web processes on one machine: rate limits of the sign-in count across all of them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kundenakte_cache",
    }
}

# Alarms go to administrators by mail when a server is named.
EMAIL_HOST = environment.text("KUNDENAKTE_MAIL_HOST")
EMAIL_PORT = environment.number("KUNDENAKTE_MAIL_PORT", 587)
EMAIL_HOST_USER = environment.text("KUNDENAKTE_MAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("KUNDENAKTE_MAIL_PASSWORD")
EMAIL_USE_TLS = environment.flag("KUNDENAKTE_MAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("KUNDENAKTE_MAIL_FROM", "kundenakte@localhost")

CSRF_FAILURE_VIEW = "kundenakte.doors.web.refusals.forbidden"
# Not the browser's own language but the person decides; the cookie keeps it.
LANGUAGE_COOKIE_NAME = "kundenakte-sprache"
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kundenakte.config.static_names.StaticNames"},
}
FILE_UPLOAD_TEMP_DIR = str(SCRATCH)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.security": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # aiosmtpd says each recipient there, and the keys of files and tasks with them.
        "mail.log": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
    },
}
