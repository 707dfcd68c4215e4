# The everyday commands. Everything that is needed beyond Go and make is installed by "make test" into a cache outside the
# checkout (~/.cache/landbridge).
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
# gRPC's debug pages are templates, and a template keeps every method of every type: 8 MiB.
TAGS    := grpcnotrace
# Where a guarded gateway spends its time, by which the compiler lays out and inlines: a tenth of its CPU. CONTRIBUTING says how to
# write it anew.
PGO     := cmd/landbridge/serve.pgo
BIN     := bin/landbridge
DIST    := dist
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64

.PHONY: build up test lint bench image release clean

build: ## the binary
	@mkdir -p $(dir $(BIN))
	CGO_ENABLED=0 go build -trimpath -pgo $(PGO) -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/landbridge

up: build ## sandbox, bridge and doors on loopback, with a tour; ONCE=1 ends after the tour
	$(BIN) up $(if $(ONCE),--once)

test: ## every stage that this machine can run; STAGES=unit,lint for some, see "go run ./cmd/run -list" in e2e
	@cd e2e && go run ./cmd/run -only '$(STAGES)'

lint: ## the linters alone
	@cd e2e && go run ./cmd/run -only vet,lint

bench: build ## benchmarks, against their peers; docs/benchmarks.md says how to read them
	go test -run '^$$' -bench . -benchmem ./...
	cd bench && go run ./metadata
	cd bench && go run ./setup
	cd bench && go run ./webhook
	@state=$$(mktemp -d); \
	LANDBRIDGE_STATE_DIR=$$state $(BIN) sandbox --quiet --http 127.0.0.1:0 --https 127.0.0.1:0 & pid=$$!; \
	trap "kill $$pid; rm -rf $$state" EXIT; \
	until [ -s $$state/sandbox.json ]; do sleep 0.1; kill -0 $$pid || exit 1; done; \
	cd bench && go run ./start -landbridge ../$(BIN) -state $$state

image: ## a container image as an OCI archive, without a container engine
	$(MAKE) --no-print-directory build BIN=$(DIST)/image/landbridge GOOS=linux
	cd tools && go run ./ociimage -binary $(abspath $(DIST))/image/landbridge -version '$(VERSION)' -o $(abspath $(DIST))/landbridge-image.tar

release: $(PLATFORMS:%=release/%) ## binaries for every platform, with checksums
	cd $(DIST) && sha256sum landbridge-* > SHA256SUMS && cat SHA256SUMS

release/%:
	@mkdir -p $(DIST)
	CGO_ENABLED=0 GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) go build -trimpath -pgo $(if $(findstring linux,$*),$(PGO),off) -tags $(TAGS) -ldflags '$(LDFLAGS)' \
	  -o $(DIST)/landbridge-$(VERSION)-$(subst /,-,$*)$(if $(findstring windows,$*),.exe) ./cmd/landbridge

clean: ## what was built in the checkout
	rm -rf bin dist
