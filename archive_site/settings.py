"""Settings of the archive. Every value that differs between installations is an environment
variable, described in ``docs/operators.md``; the defaults run on a laptop and are safe in public.
"""

from pathlib import Path
from urllib.parse import urlsplit

from archive_site.environment import Environment, SettingError

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR)

# --- Core ------------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[])
for origin in CSRF_TRUSTED_ORIGINS:
    if "://" not in origin:
        raise SettingError(
            f"CSRF_TRUSTED_ORIGINS holds {origin!r} without a scheme. Write https://{origin}."
        )
SITE_URL = env.site_url("SITE_URL", default="http://127.0.0.1:8000")
SITE_NAME = "News Archive"
CONTACT = env.contact("CONTACT")  # of the people who run the archive, for readers
ROOT_URLCONF = "archive_site.urls"
WSGI_APPLICATION = "archive_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "articles.apps.ArticlesConfig",
    "taggit",
    "articles.apps.ArchiveAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # These two first: every answer passes them, also static files and refused hosts.
    "articles.http.security_headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "articles.views.errors.database_unavailable.DatabaseAwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.http.language_prefix.PrefixMiddleware",
    "articles.replica.middleware.StandbyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "articles.views.search.index_middleware.IndexChangesMiddleware",
]

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
            ],
        },
    },
]

# --- Database --------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", default=BASE_DIR / "archive.sqlite3")}
_is_sqlite = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if _is_sqlite:
    DATABASES["default"]["OPTIONS"] = {
        # Without IMMEDIATE, two processes that read and then write lose each other's work.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds to wait for another writer
        # FULL: what a person or an import has been told is saved survives a power cut.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA mmap_size=268435456; PRAGMA cache_size=-32768;"
        ),
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
    # Seconds; without it a server that is cut off holds every visitor for minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if env.text("STANDBY_URL", default=""):
    DATABASES["standby"] = env.database("STANDBY_URL", default=BASE_DIR)
    _standby = DATABASES["standby"]
    if _is_sqlite or _standby["ENGINE"].endswith("sqlite3"):
        raise SettingError(
            "STANDBY_URL names a streaming standby of the PostgreSQL that DATABASE_URL names; "
            "SQLite has none. Take the line out."
        )
    _standby.setdefault("CONN_MAX_AGE", 60)
    _standby.setdefault("CONN_HEALTH_CHECKS", True)
    _standby.setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
    DATABASE_ROUTERS = ["articles.replica.database_router.Router"]
STANDBY_MAX_DELAY = env.seconds("STANDBY_MAX_DELAY", default=5)

# --- Search ----------------------------------------------------------------------------------
SEARCH_BACKEND = ""  # the one of the database; else the name of a module of articles.searching
_archive = Path(DATABASES["default"]["NAME"]) if _is_sqlite else BASE_DIR / "archive.sqlite3"
SEARCH_DATABASE = Path(
    env.text("SEARCH_DATABASE", default=str(_archive.with_name("search.sqlite3")))
)

# --- Language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
FORMAT_MODULE_PATH = "archive_site.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = ARCHIVE_TIME_ZONE = env.zone("ARCHIVE_TIME_ZONE", default="UTC")

# --- Files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody needs our style sheets by script
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # bytes; an edited body of a long essay fits

# --- Tags ------------------------------------------------------------------------------------
TAGGIT_CASE_INSENSITIVE = True

# --- Security --------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=not DEBUG)
# Programs ask there: the API tells them (articles.api.problem_details), the others answer as asked.
SECURE_REDIRECT_EXEMPT = ["^api/", "^(healthz|readyz)$"]
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:  # only a proxy may be believed about the scheme, and about addresses
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if SECURE_SSL_REDIRECT:  # no other host can set these, also none of the same domain
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no third cookie
SESSION_COOKIE_AGE = env.minutes("SESSION_MINUTES", default=720)  # seconds
SESSION_IDLE_SECONDS = env.minutes("SESSION_IDLE_MINUTES", default=120)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CONFIRM_SECONDS = 900  # for so long a password counts as typed just now
SECOND_FACTOR = env.choice("SECOND_FACTOR", ("off", "optional", "required"), default="optional")
OTP_TOTP_ISSUER = f"{SITE_NAME} ({urlsplit(SITE_URL).hostname})"  # how an app names the account
# Wrong codes are limited as wrong passwords are: articles.access.throttling.login_throttle.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0  # a year
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
# Other sites get no referrer; with "no-referrer" browsers would send our own forms from nowhere.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "require-trusted-types-for": [
            "'script'"
        ],  # the admin does without: articles.access.admin_site
        "trusted-types": ["'none'"],
        "upgrade-insecure-requests": SECURE_SSL_REDIRECT,
    },
}
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{name}"
    for name in ("ScryptPasswordHasher", "PBKDF2PasswordHasher")  # new ones; older ones, read
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "articles.access.password_validation.OwnWordsValidator"},
]
# Rates: docs/security.md says why these.
COSTLY_RATE = env.rate("COSTLY_RATE", default="60/minute")  # of an address
SEARCH_RATE = env.rate("SEARCH_RATE", default="60/minute")  # of an address
SUGGEST_RATE = env.rate("SUGGEST_RATE", default="300/minute")  # of an address
LOGIN_RATE = env.rate("LOGIN_RATE", default="10/hour")  # of an address
LOGIN_NAME_RATE = env.rate("LOGIN_NAME_RATE", default="30/hour")  # of a user name
LIMITS_FILE = Path(env.text("LIMITS_FILE", default=str(BASE_DIR / "limits.sqlite3")))
SECURITY_CONTACT = env.contact("SECURITY_CONTACT")

# --- Crawlers --------------------------------------------------------------------------------
# Refused unless said otherwise: docs/decisions/0020-what-crawlers-are-told.md says why.
AI_CRAWLERS = env.choice("AI_CRAWLERS", ("allowed", "refused"), default="refused")

# --- Logging ---------------------------------------------------------------------------------
LOG_ADDRESSES = env.flag("LOG_ADDRESSES", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "articles.access.log_formatting.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers would print lines twice, and mail requests with all that is in them.
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
