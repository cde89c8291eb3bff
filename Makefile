# make demo    a running Parallax with a sample story: http://localhost:8000
# make test    all tests, in a real browser too
# make lint    the linters
# make lock    compile requirements*.in to pinned requirements*.txt
#
# PYTHON chooses the interpreter, PORT and PARALLAX_DATA the demo's port and data folder.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# Two processes: the browser and the database take the rest of a small machine.
WORKERS := 2

.PHONY: help demo test lint lock
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

demo: $(VENV)/.runtime
	@exec $(RUN) -m config.demo

test: $(VENV)/.development
	@$(RUN) -m tests.browser.chromium
	$(RUN) -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST)

# The deployment check gets what a deployment has; it connects to nothing.
lint: $(VENV)/.development
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m djlint templates --lint --quiet
	$(RUN) -m mypy
	$(RUN) manage.py makemigrations --check --dry-run
	SECRET_KEY="$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(50))')" HTTPS=1 \
	ALLOWED_HOSTS=parallax.example DATABASE_URL=postgresql://parallax@localhost/parallax \
	$(RUN) manage.py check --deploy --fail-level WARNING

lock: $(VENV)/.development
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --upgrade requirements.in -o requirements.txt
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --upgrade requirements-dev.in -o requirements-dev.txt
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --upgrade requirements-meaning.in -o requirements-meaning.txt
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --upgrade requirements-gamma.in -o requirements-gamma.txt
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --upgrade requirements-parquet.in -o requirements-parquet.txt
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --upgrade requirements-fuzz.in -o requirements-fuzz.txt

# Each is installed anew only when its list has changed.
$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
	    "Parallax needs Python 3.11 or newer; this is %d.%d. Name a newer one: make PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
