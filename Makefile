# Everything is started from here: `make help` lists it.
#   make local                      from a fresh clone to a finished DAG, on this machine
#   make test                       every gate and test
#   make deploy ENV=prod            a real account; ARGS="--tags services" narrows any playbook
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.SUFFIXES:

ENV ?= local
ARGS ?=
PYTEST_ARGS ?=

BENCH_ARGS ?=

VENV := .venv
BENCH_VENV := .venv-bench
DEV_VENV := .venv-dev
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
PLAYBOOK = ansible-playbook -i inventories/$(ENV) $(ARGS)

GATES := lint-ansible lint-yaml lint-python lint-types lint-changelog lint-docs lint-readmes
# What takes longest comes first: three lanes run side by side. These run containers.
SUITES := e2e running-test scaling-test image-test drain-test upkeep-test local-aws-test molecule-roles
# And these none.
LIGHT := lint-sanity playbook-test unit $(GATES)

# --- Tools ------------------------------------------------------------------------------------------------------------

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^# ---/ { gsub(/^# -+ | -+$$/, ""); printf "\n%s\n", $$0 } \
	  /^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nENV=<inventory> chooses the environment (now: %s); ARGS="..." goes to ansible-playbook, PYTEST_ARGS="..." to pytest.\n' '$(ENV)'

.PHONY: venv
venv: $(VENV)/.tested ## .venv with every tool, from the hashed lock files

# What runs the playbooks; the stamps remake the environment only when a lock changed.
$(VENV)/.installed: requirements.txt tools/make_venv.sh
	@tools/make_venv.sh requirements.txt
	@touch $@

# The same and what the gates need.
$(VENV)/.tested: requirements-test.txt $(VENV)/.installed
	@tools/make_venv.sh requirements.txt requirements-test.txt
	@touch $@

LOCK := uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url

.PHONY: lock
lock: $(VENV)/.installed ## Renew the lock files to the newest releases
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-test.in --output-file requirements-test.txt
	$(LOCK) benchmarks/requirements.in --output-file benchmarks/requirements.txt
	$(LOCK) tools/dev/requirements.in --output-file tools/dev/requirements.txt

# --- On this machine --------------------------------------------------------------------------------------------------

.PHONY: local
local: local-aws ## Embedded AWS, the whole deployment, and a DAG run through its load balancer
	@ansible-playbook -i inventories/local $(ARGS) site.yml
	@ansible-playbook -i inventories/local playbooks/verify.yml

.PHONY: local-aws
local-aws: $(VENV)/.installed ## Start the embedded AWS only
	@python3 -m tools.local_aws start

.PHONY: local-down
local-down: $(VENV)/.installed ## Stop the embedded AWS and remove everything it started
	@python3 -m tools.local_aws stop

# podman-compose, for machines without Docker: no playbook needs it.
$(DEV_VENV)/.installed: tools/dev/requirements.txt $(VENV)/.installed
	@python3 -m venv --clear $(DEV_VENV)
	@$(DEV_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

.PHONY: dev
dev: $(DEV_VENV)/.installed ## Airflow for writing DAGs, edits seen live (ARGS=--metrics: with Prometheus)
	@$(DEV_VENV)/bin/python -m tools.dev up $(ARGS)

.PHONY: dev-down
dev-down: $(DEV_VENV)/.installed ## Stop it; the database stays (ARGS=--purge: nothing stays)
	@$(DEV_VENV)/bin/python -m tools.dev down $(ARGS)

.PHONY: dev-cli
dev-cli: $(DEV_VENV)/.installed ## Airflow's command line in it: ARGS='dags list'
	@$(DEV_VENV)/bin/python -m tools.dev cli $(ARGS)

# --- An environment ---------------------------------------------------------------------------------------------------

# The local environment exists only while the embedded AWS runs.
.PHONY: running-environment
running-environment: $(if $(filter local,$(ENV)),local-aws,$(VENV)/.installed)
	@test -d inventories/$(ENV) || { echo 'There is no inventories/$(ENV); copy inventories/prod to make it.' >&2; exit 1; }

.PHONY: plan
plan: running-environment ## What deploy would change (--check --diff); writes nothing
	@$(PLAYBOOK) --check --diff site.yml

.PHONY: deploy
deploy: running-environment ## Create or update the environment
	@$(PLAYBOOK) site.yml

.PHONY: destroy
destroy: running-environment ## Remove the environment (asks for its name)
	@$(PLAYBOOK) playbooks/destroy.yml

# --- Proof ------------------------------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/.tested ## Every gate and every test, with a summary at the end
	@python3 -m tools.run_sections --lanes 3 --first test-images $(SUITES) --meanwhile $(LIGHT)

# With folders of its own, which the other sections take the images from.
.PHONY: test-images
test-images: export LOCAL_AWS_STATE_DIR := $(CURDIR)/.cache/images/aws
test-images: export LOCAL_AWS_CACHE_DIR := $(CURDIR)/.cache/images/aws-cache
test-images: $(VENV)/.tested ## The images that all tests begin with, made once
	@export LOCAL_AWS_PORT=$$(python3 -m tools.free_port); trap 'python3 -m tools.local_aws stop' EXIT; \
	python3 -m tools.local_aws start; ansible-playbook -i inventories/local site.yml --tags registry,image

.PHONY: lint
lint: $(VENV)/.tested ## Every gate that needs no container
	@python3 -m tools.run_sections $(GATES) lint-sanity

.PHONY: lint-ansible
lint-ansible: $(VENV)/.tested ## ansible-lint, production profile
	@ansible-lint

.PHONY: lint-yaml
lint-yaml: $(VENV)/.tested ## yamllint
	@git ls-files -z --cached --others --exclude-standard '*.yml' '*.yaml' .ansible-lint .yamllint | xargs -0 yamllint --strict

.PHONY: lint-python
lint-python: $(VENV)/.tested ## ruff: rules and formatting
	@ruff check .
	@ruff format --check .

.PHONY: lint-types
lint-types: $(VENV)/.tested ## mypy
	@mypy action_plugins collections/ansible_collections/airflow/fargate/plugins benchmarks files/image/airflow_fargate tools tests

.PHONY: lint-changelog
lint-changelog: $(VENV)/.tested ## antsibull-changelog
	@antsibull-changelog lint

.PHONY: lint-docs
lint-docs: $(VENV)/.tested ## antsibull-docs on modules and roles
	@# Without the ceiling it takes amazon.aws inside .venv for part of this repository, and copies only what git tracks.
	@GIT_CEILING_DIRECTORIES=$(CURDIR) antsibull-docs lint-collection-docs --plugin-docs .

.PHONY: lint-readmes
lint-readmes: $(VENV)/.tested ## Option tables agree with argument_specs
	@python3 tools/render_readmes.py --check

.PHONY: lint-sanity
lint-sanity: $(VENV)/.tested ## ansible-test sanity, nothing ignored
	@tools/sanity.sh

.PHONY: unit
unit: $(VENV)/.tested ## Unit tests
	@pytest --numprocesses auto tests/unit $(PYTEST_ARGS)

.PHONY: playbook-test
playbook-test: $(VENV)/.tested ## Playbooks that need no embedded AWS
	@pytest tests/playbooks $(PYTEST_ARGS)

.PHONY: local-aws-test
local-aws-test: $(VENV)/.tested ## The embedded AWS, with real containers
	@pytest tests/local_aws $(PYTEST_ARGS)

.PHONY: image-test
image-test: $(VENV)/.tested ## The baked image, with real Celery, Valkey and PostgreSQL
	@pytest tests/image $(PYTEST_ARGS)

.PHONY: molecule
molecule: $(VENV)/.tested ## Scenarios of roles and of the whole site (one of them: ARGS="--scenario-name foundation")
	@exclude='$(MOLECULE_EXCLUDE)'; \
	python3 -m tools.localstack check || { exclude+=' --exclude localstack'; echo 'SKIPPED: scenario localstack' >&2; }; \
	molecule test $(or $(ARGS),--all $$exclude)

# Without the whole site: e2e deploys the same, and looks closer.
.PHONY: molecule-roles
molecule-roles:
	@$(MAKE) --no-print-directory molecule MOLECULE_EXCLUDE='--exclude default'

.PHONY: e2e
e2e: $(VENV)/.tested ## The deployed system, through what a user has
	@pytest tests/e2e $(PYTEST_ARGS)

.PHONY: running-test
running-test: $(VENV)/.tested ## Commands, logs, dashboard, scaling down and up, hibernating and waking up
	@pytest tests/running $(PYTEST_ARGS)

.PHONY: scaling-test
scaling-test: $(VENV)/.tested ## Workers from zero and back, queues that come and go, business hours
	@pytest tests/scaling $(PYTEST_ARGS)

.PHONY: drain-test
drain-test: $(VENV)/.tested ## Busy workers under scale-in, deployments and Spot interruptions
	@pytest tests/drain $(PYTEST_ARGS)

.PHONY: upkeep-test
upkeep-test: $(VENV)/.tested ## An alarm that is told, rotation of secrets
	@pytest tests/upkeep $(PYTEST_ARGS)

# Not in SUITES: with an empty cache it takes longer than the others together.
.PHONY: dev-test
dev-test: $(VENV)/.tested $(DEV_VENV)/.installed ## make dev, an edited DAG, make dev-down
	@pytest tests/dev $(PYTEST_ARGS)

.PHONY: screenshots
screenshots: $(VENV)/.tested ## The pictures of docs/images, from the browser test
	@SCREENSHOTS=$(CURDIR)/docs/images pytest tests/e2e/test_1_user_interface.py $(PYTEST_ARGS)

# The proxy that slows AWS down, the other strategy, and the plotting library: no playbook needs them.
$(BENCH_VENV)/.installed: benchmarks/requirements.txt $(VENV)/.installed
	@python3 -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

.PHONY: bench
bench: $(BENCH_VENV)/.installed ## How long runs take: docs/performance.md (BENCH_ARGS="--help" lists the groups)
	@python3 -m benchmarks $(BENCH_ARGS)

.PHONY: bench-drain
bench-drain: $(VENV)/.installed ## Whether a busy worker is ever stopped: docs/scaling.md (BENCH_ARGS="--count 100")
	@python3 -m benchmarks.scale_in $(BENCH_ARGS)

.PHONY: readmes
readmes: $(VENV)/.tested ## Write the option tables into the READMEs
	@python3 tools/render_readmes.py
