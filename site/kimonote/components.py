"""What the site is made of: the settings that no variable changes."""

INSTALLED_APPS = [
    "kimonote",
    "accounts",
    "maintenance",
    "publishing",
    "transfer",
    "comments",
    "signup",
    "mail",
    "web",
    "jobs",
    "wagtail_actions",
    "blog",
    "wagtailmarkdown",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.api.v3",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "anymail",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
]
MIDDLEWARE = [
    "blog.caching.middleware.PageCacheMiddleware",  # outermost: what it keeps is what was sent, headers and all
    "kimonote.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "blog.redirects.RedirectMiddleware",
    "kimonote.middleware.DatabaseCheck",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.session_middleware.SessionLifetime",
    "accounts.session_middleware.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.authorization_log.AuthorizationLog",  # of what those after it refuse
    "kimonote.middleware.AdminLanguage",  # of what those after it say
    "blog.admin.page_access.PageAccess",  # shows a message
    "blog.admin.usage.UsageOfPagesSeen",
    "accounts.middleware.SignInLimits",  # before AtomicAdmin: see there
    "kimonote.middleware.AtomicAdmin",  # last: see there
]
PASSWORD_HASHERS = [
    "accounts.hashing.LowPriorityPBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name, "OPTIONS": options}
    for name, options in (
        ("django.contrib.auth.password_validation.UserAttributeSimilarityValidator", {}),
        ("django.contrib.auth.password_validation.MinimumLengthValidator", {"min_length": 10}),
        ("django.contrib.auth.password_validation.CommonPasswordValidator", {}),
        ("django.contrib.auth.password_validation.NumericPasswordValidator", {}),
        ("accounts.passwords.SiteWordsValidator", {}),
    )
]
