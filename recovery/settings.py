"""Every setting. What differs between places comes from the environment and nowhere else.

With `DATABASE_URL` or `REDIS_URL` unset, a PostgreSQL or Redis of our own is started
(see `recovery.embedded`); that is local mode, meant for one machine.
"""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

from recovery import embedded, local_keys

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).absolute()

# ── Services ────────────────────────────────────────────────────────────────
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
LOCAL_MODE = not DATABASE_URL or not REDIS_URL
if LOCAL_MODE:
    _services = embedded.start(
        VAR_DIR,
        postgres=not DATABASE_URL,
        redis=not REDIS_URL,
        # Off in tests alone: what a power cut takes from them is made again.
        durable=env.bool("VAR_IS_DURABLE", default=True),
    )

DATABASES = {"default": env.db("DATABASE_URL") if DATABASE_URL else _services.database}
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
# Seconds. A database that does not answer must not keep somebody waiting for a number to call.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
REDIS_URL = REDIS_URL or _services.redis_url

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "openchair",
    }
}

CELERY_BROKER_URL = env.str("REDIS_URL", default="") or _services.broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Time to finish what is in hand when the worker is told to stop.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 50
CELERY_TIMEZONE = "UTC"

# ── The site ────────────────────────────────────────────────────────────────
SITE_NAME = env.str("SITE_NAME", default="Open Chair")
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")
DEFAULT_COUNTRY = env.str("DEFAULT_COUNTRY", default="US").upper()

# Where "Leave this site" ends up. Empty: a neutral page of our own.
EXIT_URL = env.str("EXIT_URL", default="")

# Feeds are fetched from public addresses only, unless the operator says otherwise.
FEEDS_ALLOW_PRIVATE_ADDRESSES = env.bool("FEEDS_ALLOW_PRIVATE_ADDRESSES", default=False)

# Tiles of the map, as https://example.org/tiles/{z}/{x}/{y}.png; they come from the site's own
# address, if need be through its proxy, so that no other site learns what is looked at. Empty:
# outlines and names of our own. The credit is what the tiles' makers ask to be shown.
MAP_TILES_URL = env.str("MAP_TILES_URL", default="")
MAP_TILES_CREDIT = env.str("MAP_TILES_CREDIT", default="")

# ── Mail ────────────────────────────────────────────────────────────────────
# In local mode without EMAIL_URL, mail stays on this machine and is read at /outbox/.
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_FILE_PATH = VAR_DIR / "outbox"
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
elif LOCAL_MODE:
    EMAIL_BACKEND = "recovery.outbox_mail.Backend"
# It shows private links to whoever opens it: never where others can reach the site.
SHOWS_OUTBOX = LOCAL_MODE and not EMAIL_URL and urlsplit(SITE_URL).hostname in ("127.0.0.1", "localhost", "::1")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="") or f"{SITE_NAME} <no-reply@localhost>"

# Where servers report mail they could not deliver; each message gets an address of its own by
# a "+". Empty: reports go to the sender's address, and nobody here reads them.
EMAIL_BOUNCES = env.str("EMAIL_BOUNCES", default="")

# ── Text messages, notifications ────────────────────────────────────────────
# Empty: not offered. See `meetings.channels.sms` for the providers.
SMS_URL = env.str("SMS_URL", default="file:" if LOCAL_MODE else "")
TWILIO_API = "https://api.twilio.com"
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
# Where a push service can reach the operator: a mailto: or https: address.
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="") or (
    SITE_URL if SITE_URL.startswith("https:") else "mailto:operator@localhost.localdomain"
)
# The push services of the browsers there are; nothing is sent to any other address.
PUSH_HOSTS = env.list(
    "PUSH_HOSTS",
    default=["fcm.googleapis.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"],
)
MESSAGE_CHANNELS = {
    "email": "meetings.channels.email.Email",
    "sms": "meetings.channels.sms.Sms",
    "push": "meetings.channels.push.Push",
}
# What signs reports of bounces and of text messages that came in. Empty: none are taken.
WEBHOOK_KEY = env.str("WEBHOOK_KEY", default="")
# Tests alone: see `meetings.fault_points`.
FAULT_POINTS = env.str("FAULT_POINTS", default="")

# ── Keys ────────────────────────────────────────────────────────────────────
# In local mode keys are made once and kept in the data folder. `recovery.checks`
# refuses a service without its own.
SECRET_KEY = env.str("SECRET_KEY", default="")
CONTACT_KEYS = env.list("CONTACT_KEYS", default=[])
if LOCAL_MODE:
    SECRET_KEY = SECRET_KEY or local_keys.secret_key(VAR_DIR)
    CONTACT_KEYS = CONTACT_KEYS or local_keys.contact_keys(VAR_DIR)
    VAPID_PRIVATE_KEY = VAPID_PRIVATE_KEY or local_keys.vapid_key(VAR_DIR)

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if LOCAL_MODE else [])

# ── Apps ────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "recovery.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django_filters",
    "django_htmx",
    "template_partials",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "simple_history",
    "recovery",
    "groups",
    "meetings",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages reflect no secret beside what a stranger may choose, and Django pads what it compresses.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "recovery.middleware.PrivacyHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "recovery.middleware.SecondStep",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "recovery.middleware.VisitorZone",
]

ROOT_URLCONF = "recovery.urls"
WSGI_APPLICATION = "recovery.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "recovery.context_processors.site",
            ],
            "builtins": ["recovery.templatetags.pieces"],
        },
    },
]

# ── Accounts ────────────────────────────────────────────────────────────────
# For those who keep things alone: hosts, curators, admins. A code by e-mail or a passkey opens
# one; there are no passwords (see `recovery.accounts`).
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = []
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_ADAPTER = "recovery.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_USER_DISPLAY = "recovery.accounts.signing_in.shown_name"
ACCOUNT_FORMS = {
    "confirm_login_code": "recovery.accounts.forms.CodeForm",
    "confirm_email_verification_code": "recovery.accounts.forms.NewAddressCodeForm",
    "add_email": "recovery.accounts.forms.NewAddressForm",
}
# By account alone, never by network: those are counted in our own views, without being kept.
ACCOUNT_RATE_LIMITS = {
    "login": "", "signup": "", "request_login_code": "", "reset_password": "", "reset_password_from_key": "",
    "verify_phone": "", "login_failed": "5/300s/key", "confirm_email": "1/10s/key",
}  # fmt: skip
MFA_ADAPTER = "recovery.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": ""}
MFA_FORMS = {
    "authenticate": "recovery.accounts.forms.SecondCodeForm",
    "reauthenticate": "recovery.accounts.forms.SecondCodeAgainForm",
    "activate_totp": "recovery.accounts.forms.AppForm",
    "add_webauthn": "recovery.accounts.forms.PasskeyForm",
}
# Curators and admins show a second factor before their desks open. Where the outbox is shown,
# whoever opens the site reads every code, and a second factor would guard nothing.
STAFF_NEED_SECOND_STEP = not SHOWS_OUTBOX

# ── History ─────────────────────────────────────────────────────────────────
# Who changed what of a listing; never from where.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
# Looked at in the admin, never set back there: the finder would not hear of it.
SIMPLE_HISTORY_REVERT_DISABLED = True

# ── Listings ────────────────────────────────────────────────────────────────
# Working days within which somebody who suggests a change is promised an answer.
SUGGESTIONS_ANSWERED_WITHIN = env.int("SUGGESTIONS_ANSWERED_WITHIN", default=5)

# ── Words, times ────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en"
# Each by its own name: people look for the word they know. `manage.py translate` fills the catalogues.
LANGUAGES = [
    ("en", "English"),
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("pt", "Português"),
]
LOCALE_PATHS = [BASE_DIR / "recovery" / "locale"]
# Set by pressing a language's name and by nothing else; gone with the browser's window.
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = None
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
# Instants are stored and computed in UTC; pages name the zone they speak in.
TIME_ZONE = "UTC"

# ── Files ───────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# Of django-leaflet its files alone: as an app it asks for a geographical database.
_LEAFLET = Path(find_spec("leaflet").origin).parent / "static" / "leaflet"
STATICFILES_DIRS = [BASE_DIR / "static", ("leaflet", _LEAFLET)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "recovery.staticfiles.HashedStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# ── Privacy and safety ──────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY = {
    "accelerometer": [],
    "browsing-topics": [],
    "camera": [],
    "display-capture": [],
    "geolocation": "self",
    "gyroscope": [],
    "magnetometer": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
IS_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Gone with the browser's window: a year of it would tell whoever looks at the device next.
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "recovery.views.csrf_failure"
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Logs say what broke, never who came or what they looked for: no request line,
# address, agent or query string is written (`recovery.logs.WithoutVisitors`).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_visitors": {"()": "recovery.logs.WithoutVisitors"}},
    "formatters": {
        "plain": {"()": "recovery.logs.Plain", "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["without_visitors"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": [], "propagate": False},
        # It tells every letter that a printed sheet uses.
        "fontTools": {"level": "WARNING"},
        # A warning for every HEAD request that is answered as it should be.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []
