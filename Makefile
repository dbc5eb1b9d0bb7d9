# One target for each thing that people do here. `make` alone lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin/python
PIP := $(BIN) -m pip install -qq --no-compile --disable-pip-version-check --no-warn-script-location
# luacheck lints the gate's library, Chromium is what the e2e tests drive, promtool reads the alert rules, nginx
# stands before the running system as it does in deploy/nginx. redis-tools brings a Redis 7 under the name of
# redis-check-rdb, and no service that starts it: the library is tested on it as well as on Valkey.
# PgBouncer and faketime are for the faults of `make faults`, iproute2 for the hosts of `make hosts`.
SYSTEM_PACKAGES := lua-check chromium prometheus nginx-light redis-tools pgbouncer faketime iproute2
SYSTEM_PROGRAMS := luacheck chromium promtool nginx redis-check-rdb pgbouncer faketime ip
POLICY := /usr/sbin/policy-rc.d
# Debian keeps nginx where only root's path looks.
ALL_THERE = PATH="$$PATH:/usr/sbin"; for each in $(SYSTEM_PROGRAMS); do command -v $$each > /dev/null || exit 1; done
# Looked up when used: `make system` may just have installed it.
WHAT_CAN_RUN = $$(command -v chromium > /dev/null && echo "e2e or not e2e" || echo "not e2e")

# Many tests wait for processes of their own: three for two cores keep these busy.
SPREAD = -n $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 ))

# Where it is set (in many images), each of the processes that a system or a test starts compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check bench quality corpus lint fmt types imports messages openapi lua verify migrations system system-if-possible \
	requirements pythons loadtest-tools foreign-clients peers wheelhouse clean faults chaos docs hosts profiles

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s%s\n", $$1, $$2 }'

run: $(VENV)/installed-base ## install, start everything, load the demo; Ctrl-C stops it
	@$(BIN) -m config.supervisor

test: verify .venv-foreign/installed-langchain ## everything that must be right before a change lands
	@$(BIN) -m pytest $(SPREAD) -m "not long and ($(WHAT_CAN_RUN))" $(PYTEST_ARGS)

check: verify loadtest-tools foreign-clients wheelhouse ## test, with the long profiles
	@# A state machine of the long profile may need ten minutes on a busy machine: that is no hang yet. Few tests are
	@# handed out at once, so that none waits behind it while others are idle.
	@$(BIN) -m pytest $(SPREAD) --maxschedchunk=4 -m "$(WHAT_CAN_RUN)" --hypothesis-profile=long --timeout=3600 $(PYTEST_ARGS)

verify: system-if-possible lint types imports lua migrations

bench: $(VENV)/installed-dev peers wheelhouse ## run every benchmark; each prints its figures
	@failed=0; for file in benchmarks/[!_]*.py; do \
		echo "== $$file"; PYTHONPATH=. $(BIN) "$$file" || failed=1; \
	done; exit $$failed

faults: $(VENV)/installed-dev ## every fault under load, and an audit (FAULT="one another" for these alone)
	@$(BIN) -m tests.matrix $(FAULT) $(if $(FAULT),,--page)

chaos: $(VENV)/installed-dev ## faults at random under load, repeated by the seed (SEED=1 MINUTES=8)
	@$(BIN) -m tests.matrix.chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

hosts: $(VENV)/installed-dev ## several hosts as network namespaces under load, and an audit (TRIAL=failover)
	@$(BIN) -m tests.hosts $(TRIAL) $(if $(TRIAL),,--page)

profiles: $(VENV)/installed-dev ## solo, team, campus, enterprise at work and through a fault (ONLY="solo team")
	@$(BIN) -m tests.profiles $(ONLY) $(if $(ONLY),,--page)

quality: $(VENV)/installed-dev ## how good the feedback is: report in docs, compared with the baseline (ACCEPT='why')
	@PATH="$(abspath $(VENV)/bin):$$PATH" $(BIN) -m feedback.development.quality $(if $(ACCEPT),--accept "$(ACCEPT)")

corpus: $(VENV)/installed-dev ## public documents as we read them, beside pandoc and pdftotext (SOURCE=folder)
	@$(BIN) -m feedback.development.corpus $(SOURCE)

docs: $(VENV)/installed-dev ## the docs as a site in var/docs; a broken link ends it
	@$(BIN) -m sphinx --builder html --fail-on-warning --keep-going --quiet docs var/docs
	@echo "var/docs/index.html"

# The parts of `make test` ------------------------------------------------------------------------

lint: $(VENV)/installed-dev ## style, likely mistakes, the measure of the prose, the links to code
	@$(BIN) -m ruff check
	@$(BIN) -m ruff format --check
	@$(BIN) .ci/names.py
	@$(BIN) .ci/words.py
	@$(BIN) .ci/links.py --check

fmt: $(VENV)/installed-dev ## format, and mend what can be mended safely
	@$(BIN) -m ruff check --fix
	@$(BIN) -m ruff format
	@$(BIN) .ci/links.py

types: $(VENV)/installed-dev ## mypy, strict
	@$(BIN) -m mypy

imports: $(VENV)/installed-dev ## the arrows between the packages
	@$(BIN) -c 'from importlinter.cli import lint_imports_command as lint; lint()'

migrations: $(VENV)/installed-dev ## a model without its migration
	@$(BIN) manage.py makemigrations --check --dry-run

messages: $(VENV)/installed-dev ## the German catalogue, after a string was written or changed
	@PYTHONPATH=. $(BIN) .ci/messages.py

openapi: $(VENV)/installed-dev ## docs/openapi.json and the gateway's, after the API changed
	@PYTHONPATH=. $(BIN) .ci/openapi.py
	@$(BIN) .ci/openapi_gateway.py

lua: $(VENV)/installed-dev ## the gate's library, where luacheck is installed
	@if command -v luacheck > /dev/null; then PYTHONPATH=. $(BIN) .ci/lint_lua.py; fi

# Packages ----------------------------------------------------------------------------------------

$(BIN):
	@"$(PYTHON)" -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed")'
	@"$(PYTHON)" -m venv $(VENV)

# A stamp is newer than its list for as long as nothing in the list has changed.
$(VENV)/installed-base: requirements/base.txt | $(BIN)
	@echo "Installing the packages of requirements/base.txt ..."
	@$(PIP) -r requirements/base.txt && touch $@

$(VENV)/installed-dev: requirements/dev.txt | $(BIN)
	@echo "Installing the packages of requirements/dev.txt ..."
	@$(PIP) -r requirements/dev.txt && touch $@

system: ## Debian packages that the checks use (needs root)
	apt-get update --quiet=2
	@# Debian asks this file whether a package's service may start: none shall.
	@if [ ! -e $(POLICY) ]; then trap 'rm -f $(POLICY)' EXIT; printf '#!/bin/sh\nexit 101\n' > $(POLICY); chmod 755 $(POLICY); fi; \
	DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $(SYSTEM_PACKAGES)

system-if-possible:
	@if ($(ALL_THERE)); then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then $(MAKE) --no-print-directory system; \
	elif [ "$$CI" = true ]; then echo "One of $(SYSTEM_PROGRAMS) is missing, and \`make system\` needs root." >&2; exit 1; \
	else echo "Without $(SYSTEM_PROGRAMS) their checks are left out (sudo make system)." >&2; fi

# dev.txt comes first, and the others take their versions from it. UPGRADE=--upgrade renews all.
COMPILE = $(BIN) -m piptools compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-header --no-annotate
requirements: $(VENV)/installed-dev ## pin requirements/*.in anew, and see which have wheels
	@$(PIP) pip-tools
	@$(COMPILE) $(UPGRADE) --output-file requirements/dev.txt requirements/dev.in
	@$(COMPILE) --constraint requirements/dev.txt --output-file requirements/base.txt requirements/base.in
	@$(COMPILE) --constraint requirements/dev.txt --output-file requirements/production.txt requirements/production.in
	@$(COMPILE) $(UPGRADE) --output-file requirements/loadtest.txt requirements/loadtest.in
	@$(COMPILE) $(UPGRADE) --output-file requirements/foreign.txt requirements/foreign.in
	@$(BIN) .ci/wheels.py

pythons: ## a row for each Python of this machine: set-up, unit tests, main job (ONLY="3.12 3.13")
	@"$(PYTHON)" .ci/pythons.py $(ONLY)

loadtest-tools: .venv-loadtest/installed ## Locust, for `manage.py loadtest`, in an environment of its own

# Locust patches sockets and brings a pytest plugin: neither shall meet our own.
.venv-loadtest/installed: requirements/loadtest.txt | $(BIN)
	@$(BIN) -m venv .venv-loadtest
	@.venv-loadtest/bin/python -m pip install -qq --disable-pip-version-check -r requirements/loadtest.txt && touch $@

foreign-clients: .venv-foreign/installed ## other people's clients of a model's API, which the tests start

# In an environment of their own: they are for tests alone, and one of them brings a pytest plugin. `make test`
# is content with the first, a third of the whole; the pins are the same.
FOREIGN_PIP = .venv-foreign/bin/python -m pip install -qq --disable-pip-version-check
.venv-foreign/installed-langchain: requirements/foreign.txt | $(BIN)
	@$(BIN) -m venv .venv-foreign
	@$(FOREIGN_PIP) --constraint requirements/foreign.txt langchain-aws && touch $@

.venv-foreign/installed: requirements/foreign.txt .venv-foreign/installed-langchain
	@$(FOREIGN_PIP) -r requirements/foreign.txt && touch $@

peers: .venv-peers/installed ## the queues that benchmarks/queue_peers.py compares with

# With Python 3.12 or newer where there is one: Oban needs it, and is left out otherwise.
PEERS_PYTHON ?= $(shell ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[2-9].*/bin/python3 2> /dev/null | head -1 | grep . || \
	command -v python3.13 || command -v python3.12)
.venv-peers/installed: requirements/peers.txt | $(BIN)
	@"$(or $(PEERS_PYTHON),$(BIN))" -m venv .venv-peers
	@.venv-peers/bin/python -m pip install -qq --disable-pip-version-check -r requirements/peers.txt && touch $@

wheelhouse: .wheelhouse/filled ## what the distribution needs, as wheels: its test installs it from these alone

.wheelhouse/filled: pyproject.toml requirements/dev.txt .ci/wheelhouse.py .ci/cells.py tests/integration/packaging/cells.toml | $(BIN)
	@$(BIN) .ci/wheelhouse.py && touch $@

clean: ## remove what can be made again; the data in var/ stays
	rm -rf $(VENV) .venv-loadtest .venv-foreign .venv-peers .venv-pythons .wheelhouse dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
