"""All settings, in one file, read from the environment.

`make run` and manage.py fill the environment of a developer's machine (see `embedded`); in production each
variable is set by hand, and a missing one fails here with a sentence that says what to do.
"""

import base64
import os
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from celery.schedules import crontab
from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent


def need(name: str, meaning: str) -> str:
    if value := os.environ.get(name):
        return value
    raise ImproperlyConfigured(f"Set {name} to {meaning}. (`make run` and manage.py do it on their own.)")


def listed(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def switched_on(name: str) -> bool:
    return os.environ.get(name) == "1"


# --- What this installation is ------------------------------------------------------------------------------

SECRET_KEY = need("SECRET_KEY", "50 random characters or more")
DEBUG = switched_on("DEBUG")
# Demo accounts with a known password exist, and the address is http://127.0.0.1.
DEMO_MODE = switched_on("DEMO_MODE")
DEMO_PASSWORD = os.environ.get("DEMO_PASSWORD", "Qujiang-2026")
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
if DEMO_MODE:
    ALLOWED_HOSTS = LOOPBACK + listed("ALLOWED_HOSTS")
else:
    need("ALLOWED_HOSTS", "the names under which browsers reach the centre, with commas between them")
    ALLOWED_HOSTS = LOOPBACK + listed("ALLOWED_HOSTS")  # health checks come from the machine itself
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")

# --- The programs -------------------------------------------------------------------------------------------

# In the order of imports: an app may import the apps above it, never those below.
OUR_APPS = ["kernel", "people", "cases", "intake", "mediation", "petitions", "dispatch", "stats"]
INSTALLED_APPS = [
    *OUR_APPS,
    "governance_center",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "crispy_forms",
    "crispy_bootstrap5",
    "axes",
    "csp",
    "pgtrigger",
    "django_structlog",
    "django_prometheus",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "governance_center.language.ChosenLanguageMiddleware",
    "governance_center.security.refuse_nul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "people.middleware.AuthenticationMiddleware",
    "people.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "governance_center.urls"
WSGI_APPLICATION = "governance_center.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "governance_center.security.csp_nonce",
                "governance_center.shell.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- The database -------------------------------------------------------------------------------------------

# Whatever is sent twice is prepared. Processes that answer requests (asgi.py and wsgi.py say so) share connections
# from a pool, and cut a transaction off after a minute: the anchors of the history rely on that. Celery would close a
# pool at every task.
SERVES_PAGES = switched_on("SERVES_PAGES")
_database = conninfo_to_dict(
    need("DATABASE_URL", "postgresql://USER:PASSWORD@HOST/DATABASE, a PostgreSQL 17 or newer")
)
_options: dict = {"server_side_binding": True, "prepare_threshold": 2}
if SERVES_PAGES:
    _options["options"] = "-c transaction_timeout=60s -c idle_in_transaction_session_timeout=60s"
    _options["pool"] = {"min_size": 2, "max_size": 16, "timeout": 10}
DATABASES = {
    "default": {
        "ENGINE": "governance_center.postgresql",
        "NAME": _database.pop("dbname", ""),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": str(_database.pop("port", "")),
        "OPTIONS": _database | _options,
    }
}

# --- The queue ----------------------------------------------------------------------------------------------

REDIS_URL = need("REDIS_URL", "redis://HOST:6379/0 or unix:///path/to/socket?db=0")


def broker_url(redis_url: str) -> str:
    """Celery spells the address of a Unix socket in its own way."""
    parts = urlsplit(redis_url)
    return f"redis+socket://{parts.path}?virtual_host=0" if parts.scheme == "unix" else redis_url


CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # tasks drain rows and may run twice, so none is lost with its worker
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = {
    # `expires`: what waited while the worker was down is not done twice over.
    "heartbeat": {
        "task": "governance_center.celery.heartbeat",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 20},
    },
    "sweep-clocks": {
        "task": "cases.tasks.sweep_clocks",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "follow-changes": {
        "task": "cases.tasks.follow_changes",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "take-back-moved": {
        "task": "cases.tasks.take_back_moved",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "clear-sessions": {
        "task": "people.tasks.clear_sessions",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"expires": 3600},
    },
    "anchor-history": {
        "task": "kernel.tasks.anchor_history",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "drop-unnamed-files": {  # at noon, because backups are taken at night
        "task": "kernel.tasks.drop_unnamed_files",
        "schedule": crontab(hour=12, minute=40),
        "options": {"expires": 3600},
    },
    "send-text-messages": {
        "task": "kernel.tasks.drain_outbox",
        "args": ("sms",),
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15, "soft_time_limit": 120},
    },
    "send-chat-messages": {  # apart, so that one gateway that fails does not hold the other up
        "task": "kernel.tasks.drain_outbox",
        "args": ("chat",),
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15, "soft_time_limit": 120},
    },
    "lapse-left-overs": {
        "task": "intake.tasks.lapse_left_overs",
        "schedule": crontab(hour=0, minute=5),
        "options": {"expires": 6 * 3600},
    },
    "alarm-gaps-of-tomorrow": {
        "task": "people.tasks.alarm_gaps_of_tomorrow",
        "schedule": crontab(hour=17, minute=0),
        "options": {"expires": 3600},
    },
    "tell-of-deferrals": {
        "task": "cases.tasks.tell_of_deferrals",
        "schedule": crontab(hour=8, minute=5),
        "options": {"expires": 3600},
    },
    "tell-heads": {
        "task": "governance_center.tasks.tell_heads",
        "schedule": crontab(hour=8, minute=10),
        "options": {"expires": 3600},
    },
    "alarm-gaps-of-today": {
        "task": "people.tasks.alarm_gaps_of_today",
        "schedule": crontab(hour=8, minute=0),
        "options": {"expires": 1800},
    },
}

# What the limits of the public pages count. Nothing that a page needs is cached.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# --- Who may come in ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "people:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "governance_center.security.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "governance_center.security.ThreeKindsValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = ["username"]  # from wherever: a guesser has many addresses (DECISIONS.md)
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # asks for the address beside the name
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_TEMPLATE = "people/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "governance_center.security.client_address"
AXES_COOLOFF_MESSAGE = _("登录失败次数过多，请 30 分钟后再试，或联系系统管理员。")

SESSION_ENGINE = "people.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE = timedelta(minutes=30)  # after that a page asks for the password, and keeps what was typed
PASSWORD_AGE = timedelta(days=90)
PASSWORD_HISTORY = 5  # so many passwords, the present one among them, are not taken again
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO_MODE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the preview of a PDF is a frame of our own
# Exactly one proxy of ours stands in front and sets X-Forwarded-For and -Proto itself.
BEHIND_PROXY = switched_on("BEHIND_PROXY")
if not DEMO_MODE:
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Scripts and styles come as files. What runs in a page carries the nonce of its answer.
DEVICE_BRIDGE = os.environ.get("DEVICE_BRIDGE", "")
"""Where each window's computer answers for its card reader and the like (docs/devices.md): http://127.0.0.1:PORT."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "connect-src": [SELF, *filter(None, [DEVICE_BRIDGE])],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# --- Keys ---------------------------------------------------------------------------------------------------


def field_keys(text: str) -> dict[int, tuple[str, bytes]]:
    """ "1:aes-gcm:BASE64,2:sm4-gcm:BASE64" as {1: ("aes-gcm", key), 2: …}; the highest version encrypts."""
    parts = [part.split(":") for part in text.split(",")]
    return {int(version): (cipher, base64.b64decode(key)) for version, cipher, key in parts}


def lookup_keys(text: str) -> dict[int, bytes]:
    """ "1:BASE64" as {1: key}; the highest version is the current one, the others are still looked under."""
    parts = [part.split(":") for part in text.split(",")]
    return {int(version): base64.b64decode(key) for version, key in parts}


FIELD_KEYS = field_keys(
    need("FIELD_KEYS", "1:aes-gcm:KEY, with 32 random bytes in base64 (or 1:sm4-gcm:KEY, with 16)")
)
LOOKUP_KEYS = lookup_keys(need("LOOKUP_KEYS", "1:KEY, with 32 random bytes in base64"))
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

# --- Files --------------------------------------------------------------------------------------------------

FILES_DIR = Path(need("FILES_DIR", "the folder of the attachments, outside what a web server serves"))
ANCHOR_FILE = Path(
    need("ANCHOR_FILE", "a file outside the database, better on another disk, for history anchors")
)
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

STATIC_URL = "static/"
STATIC_ROOT = Path(need("STATIC_ROOT", "the folder that `manage.py collectstatic` fills"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "staticfiles": {"BACKEND": "governance_center.static.StaticFiles"},
}

# --- Messages outside the page: one adapter a way (kernel/adapters.py) -----------------------------------------

ADAPTERS = {
    "sms": os.environ.get("SMS_ADAPTER", "kernel.adapters.to_file"),
    "chat": os.environ.get("CHAT_ADAPTER", "kernel.adapters.to_file"),
}
OUTBOX_FILE = Path(os.environ.get("OUTBOX_FILE", FILES_DIR.parent / "outbox" / "messages.jsonl"))
SMS_URL, SMS_TOKEN = os.environ.get("SMS_URL", ""), os.environ.get("SMS_TOKEN", "")
CHAT_URL, CHAT_SECRET = os.environ.get("CHAT_URL", ""), os.environ.get("CHAT_SECRET", "")

# --- Place and time -----------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
CENTRE_NAME = os.environ.get("CENTRE_NAME", "衢州市衢江区社会治理中心")
CENTRE_SHORT_NAME = os.environ.get("CENTRE_SHORT_NAME", "社会治理中心")
CENTRE_PHONE = os.environ.get("CENTRE_PHONE", "0570-000 0000")
CENTRE_ADDRESS = os.environ.get("CENTRE_ADDRESS", "衢州市衢江区（演示地址）")
CENTRE_HOURS = [("08:30", "12:00"), ("14:00", "17:30")]
DUTY_CHANGEOVER = time.fromisoformat(os.environ.get("DUTY_CHANGEOVER", CENTRE_HOURS[0][0]))
"""When those on call for a day and a night take over from those of the day before."""

# --- Logs: one row of fields a line, on standard error ------------------------------------------------------

_FIELDS = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_FIELDS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "fields": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": _FIELDS,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "fields"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django_structlog": {"level": "INFO"}},
}
