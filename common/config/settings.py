"""Settings: the composition root. Whatever is wrong stops the start with a sentence."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from common.config import environment, folder, messaging

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = folder.private(folder.var_folder(os.environ))  # registers of people: nobody else reads them

ROLES = environment.roles(os.environ)
BASE_URL = environment.base_url(os.environ)
PRODUCTION = environment.is_production(os.environ)
DEBUG = environment.loopback_flag(os.environ, "DEBUG")
VC_API_OPEN = environment.loopback_flag(os.environ, "VC_API_OPEN")
_secrets = environment.load_secrets(os.environ, var=VAR_DIR)
SECRET_KEY = _secrets["SECRET_KEY"]
KEY_ENCRYPTION_KEY = _secrets["KEY_ENCRYPTION_KEY"]

_host = urlsplit(BASE_URL).hostname or ""
ALLOWED_HOSTS = [_host, *(environment.LOOPBACK if not PRODUCTION else ())]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- who is installed -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "common.adapters",
    "common.site",
    "common.notices",
    *ROLES,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "common.site.middleware.ContentSecurityPolicy",
    "common.site.middleware.Bounds",
    "common.site.middleware.OnePurse",
    "common.site.time_zone.PersonsZone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "common.site.middleware.PlainErrors",
]
ROOT_URLCONF = "common.config.urls"
WSGI_APPLICATION = "common.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.site.context.site",
            ]
        },
    }
]

# --- what is kept -----------------------------------------------------------------------------------
DATABASES = {"default": environment.database(os.environ, var=VAR_DIR)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    folder.private_database(DATABASES["default"]["NAME"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = environment.caches(os.environ)
KEY_STORES = {"table": "common.adapters.storage.key_table.KeyTable"}
KEY_STORE = "table"
# How dear a guess at a wallet's passphrase is (wallet/account/vault.py): 256 MiB; "minimal" is for tests.
WALLET_PASSPHRASE_COST = "moderate"  # noqa: S105

# --- the one door to the network (common/adapters/network/http.py) -----------------------------------------
# Origins that may be private or plain http: our own, and what the operator adds, separated by commas.
FETCH_ORIGINS = frozenset([BASE_URL, *environment.origins(os.environ, "FETCH_ORIGINS")])
FETCH_CA_FILE = environment.file(os.environ, "FETCH_CA_FILE")
# PEM certificates of the authorities that vouch for verifiers to a wallet (OpenID4VP x509 prefixes).
VERIFIER_CA_FILE = os.environ.get("VERIFIER_CA_FILE", str(VAR_DIR / "verifier-ca.pem"))
# PEM certificates of the authorities that vouch for issuers whose credentials carry an x5c chain.
ISSUER_CA_FILE = os.environ.get("ISSUER_CA_FILE", "")
# PEM certificates of the authorities that vouch for wallets and their keys to an issuer (HAIP 1.0).
WALLET_PROVIDER_CA_FILE = os.environ.get("WALLET_PROVIDER_CA_FILE", str(VAR_DIR / "wallet-provider-ca.pem"))

# --- who may read /metrics (common/site/views.py), and how many proxies stand in front of us ------------
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
PROXIES = environment.count(os.environ, "PROXIES")

# --- the country in an authority's certificates for mdocs (issuer/authorities/certificates.py) ---
ISSUING_COUNTRY = environment.country(os.environ, "ISSUING_COUNTRY")

# --- the VC-API (common/adapters/api/vc_api.py): the operator's token, or open to conformance suites
VC_API_TOKEN = os.environ.get("VC_API_TOKEN", "")
VC_API_OPEN = environment.open_on_loopback(os.environ, "VC_API_OPEN")

# --- OpenCRVS: its auth service's public key (PEM), by which its registrars' tokens are taken ------------
OPENCRVS_KEY_FILE = os.environ.get("OPENCRVS_KEY_FILE", "")

# --- requests per minute from one network (IPv4 address, IPv6 /64), and at one account ("account") ---------
RATE_LIMITS = {
    "token": 60, "nonce": 300, "credential": 300, "sign-in": 20, "account": 10, "verify": 120, "notices": 600,
}  # fmt: skip

# --- seconds for which others may keep a status list; a change is seen by everybody after that --------
STATUS_LIST_TTL = environment.count(os.environ, "STATUS_LIST_TTL", default=60)

# --- how people are told (common/notices): texts that an operator adds, the doors of each channel -----------
# NOTICE_TEXTS: a folder with LANGUAGE.json files like those in common/notices/wording.
NOTICE_TEXTS = os.environ.get("NOTICE_TEXTS", "")
_mail = messaging.email(os.environ, var=VAR_DIR)
EMAIL_BACKEND, EMAIL_FILE_PATH = _mail.backend, _mail.folder
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.host, _mail.port, _mail.starttls, _mail.tls
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", f"no-reply@{_host or 'localhost'}")
SMS_URL = os.environ.get("SMS_URL", "")
SMS_TOKEN = os.environ.get("SMS_TOKEN", "")
SMS_FIELDS = messaging.templates(os.environ, "SMS_FIELDS", default={"to": "{to}", "text": "{text}"})
SMS_FORMAT = "json" if os.environ.get("SMS_FORMAT") == "json" else "form"
SMS_REPEATS = environment.flag(os.environ, "SMS_REPEATS")
# Who signs what organisations are told, by the party that tells it.
NOTICE_SIGNERS = {
    role: path
    for role, path in {
        "issuer": "issuer.notifications.recipients.authority_notice_signer",
        "verifier": "verifier.identity.service_identity.notice_signer",
    }.items()
    if role in ROLES
}

# Who knows what a partner can be let read of (register_partner --may-read), by the party that keeps it.
AGREEMENT_CHECKS = {
    role: path for role, path in {"issuer": "issuer.spdci.serve.check_agreed"}.items() if role in ROLES
}

# --- where the other parties of the sample world live, when each runs on its own ---------------------------
ISSUER_URL = environment.origin(os.environ, "ISSUER_URL", default=BASE_URL)
VERIFIER_URL = environment.origin(os.environ, "VERIFIER_URL", default=BASE_URL)

# --- where the services' pages lead somebody who has a wallet on this device -----------------------------
WALLET_URL = environment.address(
    os.environ, "WALLET_URL", default=f"{BASE_URL}/wallet/" if "wallet" in ROLES else ""
)

# --- how it looks and speaks --------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = environment.time_zone(os.environ, "TIME_ZONE")  # where a browser does not say its own
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
LOGIN_URL = "/office/sign-in"
LOGIN_REDIRECT_URL = "/office/"

# --- how it is guarded ----------------------------------------------------------------------------------
PASSWORD_HASHERS = ["common.adapters.limits.password_hashing.QueuedPBKDF2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "common.site.sessions"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = False  # the proxy in front ends TLS and redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if BASE_URL.startswith("https://") else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
LARGEST_BODY = 25_000_000  # a spreadsheet of 20 MB and the form around it

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.adapters.api.rest.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.adapters.api.rest.AnyAccept",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "EXCEPTION_HANDLER": "common.adapters.api.rest.render_error",
    "DEFAULT_SCHEMA_CLASS": "common.adapters.api.openapi.auto_schema.DescribedSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sello",
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],  # the schemas are written as they shall be
}

# Logs carry codes and identifiers of events, never claims, tokens or the query of a URL.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"short": {"()": "common.site.logs.ShortPaths"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["short"]}},
    "root": {"handlers": ["stderr"], "level": environment.log_level(os.environ)},
}
