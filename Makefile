# The two commands of the README, and the checks that CI runs. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
READY := .venv/.ready

.PHONY: help run test slow coverage check style types pages gpu docs clean

help:
	@echo "make run    train, evaluate and report configs/lapsrn_subpixel.yaml (about 5 minutes on two cores)"
	@echo "make test   the whole test suite, plugins and slow tests included"
	@echo "make check  ruff, mypy and the documentation, strictly"
	@echo "make coverage    the same tests, and what they cover: half as long again; make slow runs the slow ones alone"
	@echo "make gpu    everything that wants a GPU, in 9 minutes, with the PyTorch that PYTHON has; REHEARSE=1 on a CPU"
	@echo "make docs   serve the documentation on http://localhost:8000"
	@echo "make clean  remove .venv and caches; runs/ is kept"

# What running takes; the tools for tests, checks and docs take as long again to install.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "srkit wants Python 3.11 or newer; try make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $(INSTALLED)

# What plugins need beside srkit, without what these need in turn: torchvision comes with another torch.
PLUGINS_NEED := spandrel einops starlette uvicorn anyio
$(READY): $(INSTALLED) $(wildcard plugins/*/pyproject.toml)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps $(PLUGINS_NEED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation --no-deps $(foreach plugin,$(wildcard plugins/*/.),-e $(patsubst %/.,%,$(plugin)))
	touch $(READY)

run: $(INSTALLED)
	$(BIN)/srkit run configs/lapsrn_subpixel.yaml

# Each worker begins with one half of the tests, so that files which share a trained run stay together.
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
unexport PYTHONDONTWRITEBYTECODE  # else every process that a test starts compiles srkit anew

test: $(READY)
	$(PYTEST) -m ''

slow: $(READY)
	$(PYTEST) -m slow

# The floor of the whole is fail_under in pyproject.toml; a room that falls far below the others has one of its own.
ROOM_FLOOR := 75
coverage: $(READY)
	$(PYTEST) -m '' --cov --cov-report=term:skip-covered
	@for file in srkit/*/__init__.py; do room=$${file%/__init__.py}; \
		found=$$($(BIN)/coverage report --include="$$room/*" --format=total --fail-under=0) || exit 1; \
		echo "$$room: $$found %"; \
		test $$found -ge $(ROOM_FLOOR) || { echo "$$room: wants $(ROOM_FLOOR) % of its lines run by tests"; exit 1; }; \
	done

check: style types pages

style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy --strict srkit

pages: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir .venv/site

# The machine with the GPU has its own PyTorch and no network, so nothing is installed; gpu/prepare.py says what to bring.
GPU_OUT ?= runs/gpu
gpu: $(if $(REHEARSE),$(READY))
	$(if $(REHEARSE),$(BIN)/python,$(PYTHON)) -m gpu.run --out $(GPU_OUT) $(if $(REHEARSE),--rehearse --seconds 290)

docs: $(READY)
	$(BIN)/mkdocs serve

clean:
	rm -rf .coverage .venv .mypy_cache .ruff_cache .pytest_cache build site srkit.egg-info
