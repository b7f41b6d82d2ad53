# Every target calls an npm script; the logic is there.

SCENARIO ?= scenarios/tor7500.yaml

.PHONY: all simulate view test check validity determinism mutants swarm bench clean

all: test simulate

# Installs when the lock file has changed since the last time.
node_modules/.package-lock.json: package-lock.json
	npm ci
	@touch $@

simulate: node_modules/.package-lock.json
	npm run simulate -- $(SCENARIO) $(ARGS)

view: node_modules/.package-lock.json
	npm run view -- $(ARGS)

test: node_modules/.package-lock.json
	npm test

check: node_modules/.package-lock.json
	npm run check

validity: node_modules/.package-lock.json
	npm run validity

determinism: node_modules/.package-lock.json
	npm run determinism

mutants: node_modules/.package-lock.json
	npm run mutants

swarm: node_modules/.package-lock.json
	npm run swarm -- $(ARGS)

bench: node_modules/.package-lock.json
	npm run bench -- $(ARGS)

clean:
	rm -rf node_modules updates/*/build
