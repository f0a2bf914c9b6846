# Two commands: `make run` (the course's main job, ends with a report) and `make test` (every test).
# They need Python >= 3.11 and make; everything else is set up in .venv from uv.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON := $(BIN)/python

.PHONY: help announce run test lint build site lab clean
.DEFAULT_GOAL := help

help:
	@echo "make run    set up, run the lessons in the mini world, end with the address of the report"
	@echo "make test   set up, run every test"
	@echo "make lint   what CI checks of style"
	@echo "make build  derive student copies and executed solutions from notebooks/source"
	@echo "make site   the lessons as a web site in build/site"
	@echo "make lab    open the lessons in JupyterLab"

$(VENV)/.synced: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This course needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V). Try: make PYTHON=python3.12 run"; exit 1; }
	@test -e $@ || { echo "Set-up, once: downloads about 3.3 GB on Linux (3.0 GB of it PyTorch with its CUDA libraries) into $(CURDIR)/$(VENV)"; \
		echo "and uv's cache; $(VENV) then takes 6.5 GB. README's 'Disk space, and a set-up without CUDA' has a smaller way."; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --locked --extra lab --extra imagenet --extra export --extra heic --extra cluster --extra instructor --extra site --inexact --quiet
	@touch $@

announce:
	@echo "Lessons: each takes 5 to 60 seconds on two cores, all of them about 7 minutes; they download nothing."

run: announce $(VENV)/.synced
	$(BIN)/course run

test: $(VENV)/.synced
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.synced
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

build: $(VENV)/.synced
	$(BIN)/course build

site: $(VENV)/.synced
	$(BIN)/course site

lab: $(VENV)/.synced
	$(BIN)/course lab

clean:
	rm -rf $(VENV) build/site dist report
