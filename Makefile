# Kimonote: `make run` serves the site on this machine, `make test` checks everything. `make help` lists the rest.

PYTHON ?= python3
PORT ?= $(or $(shell sed -n 's/^PORT=//p' .env 2>/dev/null),8000)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
NOT_TRANSLATED := .venv node_modules var tests benchmarks
PRODUCTION := DEVELOPMENT=false SITE_URL=https://notes.example PROXY_SSL_HEADER=X-Forwarded-Proto DATABASE_URL=sqlite://:memory:

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test test-fast lint bench lighthouse messages pin clean

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 \2/p' Makefile | awk '{ printf "%s %-10s", $$1, $$2; $$1 = $$2 = ""; print }'

install: .venv/.installed  ## make .venv with what requirements.txt pins

run: .env .venv/.installed var/static/staticfiles.json  ## serve http://127.0.0.1:8000/ and the worker (PORT=8000)
	@$(BIN)/python site/kimonote/port.py $(PORT)
	@PORT=$(PORT) PYTHONUNBUFFERED=1 exec $(BIN)/honcho -e /dev/null --no-prefix start

test: lint node_modules/.package-lock.json  ## lint, then every test on SQLite (with the browser) and on PostgreSQL
	@$(PYTEST); sqlite=$$?; \
		if [ $$sqlite -ne 0 ]; then echo 'There were failures on SQLite (above); PostgreSQL follows.' >&2; fi; \
		$(BIN)/python -m tests.support.postgres $(PYTEST) -m "not browser and not once"; postgres=$$?; \
		exit $$((sqlite > postgres ? sqlite : postgres))

test-fast: .venv/.dev-installed  ## the tests that use no database, process, socket or browser, in seconds
	$(BIN)/python -m pytest -q -m pure --hypothesis-profile fast tests/unit

lint: .venv/.dev-installed  ## style, types, imports, migrations, settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=.:site $(BIN)/lint-imports
	DEVELOPMENT=true DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") $(PRODUCTION) \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/.dev-installed  ## measure, and write benchmarks/figures/ (SIZE=14k, 100k or 1m)
	$(BIN)/python -m benchmarks $(SIZE) --keep
	$(BIN)/python -m benchmarks.mail

lighthouse: .venv/.installed benchmarks/lighthouse/node_modules/.package-lock.json  ## Lighthouse's scores; fails under 100
	$(BIN)/python -m benchmarks.lighthouse

messages: .env .venv/.installed  ## find the words to translate, and compile what is translated (needs gettext)
	$(BIN)/python manage.py makemessages --all --add-location file --no-obsolete $(addprefix --ignore ,$(NOT_TRANSLATED))
	@for words in locale/*/LC_MESSAGES/django.po; do msgfmt --check --statistics -o "$${words%.po}.mo" "$$words" || exit; done

pin: .venv/.dev-installed  ## compile requirements*.in into the pinned requirements*.txt
	$(PIN) requirements.in -o requirements.txt
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

# Checkers of HTML and accessibility, for tests alone; without npm those are skipped.
node_modules/.package-lock.json: package-lock.json
	@if command -v npm > /dev/null; then npm ci --ignore-scripts --no-audit --no-fund --loglevel error; \
		else echo 'There is no npm: the tests that check HTML and accessibility are skipped.'; fi

benchmarks/lighthouse/node_modules/.package-lock.json: benchmarks/lighthouse/package-lock.json
	npm ci --prefix benchmarks/lighthouse --ignore-scripts --no-audit --no-fund --loglevel error

var/static/staticfiles.json: .venv/.installed $(wildcard static/* static/*/* static/*/*/*) | .env
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
