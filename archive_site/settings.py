"""Django settings. Every value that differs between installations is an environment variable,
described in ``docs/operators.md``; the defaults run on a laptop and are safe for a public site.
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
            f"CSRF_TRUSTED_ORIGINS has {origin!r} without a scheme. Write https://{origin}."
        )
SITE_URL = env.site_url("SITE_URL", default="http://127.0.0.1:8000")
SITE_NAMES = env.texts_by_language("SITE_NAME", default="News Archive")
SITE_NAME = SITE_NAMES[""]  # where there is no interface language: in citations, feeds and programs
SITE_TAGLINES = env.texts_by_language("SITE_TAGLINE", default="")
SITE_ICON = env.icon("SITE_ICON", default="static/icon.svg")
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
    "articles.http.head_requests.HeadRequestMiddleware",
    # These two before the rest: every response passes through them, also static files and refused
    # hosts.
    "articles.http.security_headers.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "articles.views.errors.database_unavailable.DatabaseUnavailableMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.http.language_prefix.LanguagePrefixMiddleware",
    "articles.replica.middleware.ReplicaMiddleware",
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
        # Without IMMEDIATE, a transaction that reads before it writes can fail with SQLITE_BUSY
        # at once, without waiting for the timeout.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds to wait for another writer
        # FULL: committed data survives a power cut.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA mmap_size=268435456; PRAGMA cache_size=-32768;"
        ),
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
    # Seconds; without it an unreachable server blocks every request for minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if env.text("STANDBY_URL", default=""):
    DATABASES["standby"] = env.database("STANDBY_URL", default=BASE_DIR)
    _standby = DATABASES["standby"]
    if _is_sqlite or _standby["ENGINE"].endswith("sqlite3"):
        raise SettingError(
            "STANDBY_URL names a streaming standby of the PostgreSQL server in DATABASE_URL; "
            "SQLite has none. Remove the line."
        )
    _standby.setdefault("CONN_MAX_AGE", 60)
    _standby.setdefault("CONN_HEALTH_CHECKS", True)
    _standby.setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
    DATABASE_ROUTERS = ["articles.replica.database_router.ReplicaRouter"]
STANDBY_MAX_DELAY = env.seconds("STANDBY_MAX_DELAY", default=5)

# --- Search ----------------------------------------------------------------------------------
SEARCH_BACKEND = ""  # module name in articles.searching; "" for the one of the database
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
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs our static files
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # bytes; an edited body of a long essay fits

# --- Tags ------------------------------------------------------------------------------------
TAGGIT_CASE_INSENSITIVE = True

# --- Security --------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=not DEBUG)
# For programs: the API explains it (articles.api.problem_details); health checks work over http.
SECURE_REDIRECT_EXEMPT = ["^api/", "^(healthz|readyz)$"]
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:  # only a proxy is trusted for the scheme and for IP addresses
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if SECURE_SSL_REDIRECT:  # no other host can set these, not even one of the same domain
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # avoids a third cookie
LOGIN_REDIRECT_URL = "admin:index"  # also where the address to go on to is a foreign one
SESSION_COOKIE_AGE = env.minutes("SESSION_MINUTES", default=720)  # seconds
SESSION_IDLE_SECONDS = env.minutes("SESSION_IDLE_MINUTES", default=120)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CONFIRM_SECONDS = 900  # reauthentication is required when the last one is older
SECOND_FACTOR = env.choice("SECOND_FACTOR", ("off", "optional", "required"), default="optional")
OTP_TOTP_ISSUER = f"{SITE_NAME} ({urlsplit(SITE_URL).hostname})"  # the account name in the app
# Failed codes are throttled like failed passwords: articles.access.throttling.login_throttle.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0  # a year
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
# Other sites get no referrer. "no-referrer" would break our forms: browsers send Origin: null.
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
        ],  # the admin is exempt: articles.access.admin_site
        "trusted-types": ["'none'"],
        "upgrade-insecure-requests": SECURE_SSL_REDIRECT,
    },
}
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{name}"
    for name in (
        "ScryptPasswordHasher",
        "PBKDF2PasswordHasher",
    )  # for new passwords; for existing ones
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "articles.access.password_validation.GuessableWordsValidator"},
]
# Rate limits: docs/security.md gives the reasons.
COSTLY_RATE = env.rate("COSTLY_RATE", default="60/minute")  # per IP address
SEARCH_RATE = env.rate("SEARCH_RATE", default="60/minute")  # per IP address
SUGGEST_RATE = env.rate("SUGGEST_RATE", default="300/minute")  # per IP address
LOGIN_RATE = env.rate("LOGIN_RATE", default="10/hour")  # per IP address
LOGIN_NAME_RATE = env.rate("LOGIN_NAME_RATE", default="30/hour")  # per user name
LIMITS_FILE = Path(env.text("LIMITS_FILE", default=str(BASE_DIR / "limits.sqlite3")))
SECURITY_CONTACT = env.contact("SECURITY_CONTACT")

# --- Crawlers --------------------------------------------------------------------------------
# Refused by default: docs/decisions/0020-robots-and-crawlers.md gives the reasons.
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
    "filters": {
        "expected_refusals": {"()": "articles.access.log_formatting.ExpectedRefusalFilter"}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["expected_refusals"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers would log every line twice, and mail requests with all their data.
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
