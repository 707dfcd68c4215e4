# The same image as "make image" makes without an engine: one static binary on nothing, an unprivileged user.
# docker build --build-arg VERSION=$(git describe --tags --always) -t landbridge .
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -pgo cmd/landbridge/serve.pgo -tags grpcnotrace -ldflags "-s -w -X main.version=${VERSION}" -o /landbridge ./cmd/landbridge

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /landbridge /landbridge
USER 65532:65532
ENTRYPOINT ["/landbridge"]
CMD ["serve", "--config", "/etc/landbridge/landbridge.yaml"]
