# An image that contains only the static binary of a release. The build context contains it for each
# architecture, as amd64/certgrab and arm64/certgrab; docs/publishing.md has the commands.
#
#   docker run --rm IMAGE m1.tuyacn.com:8883 --emit rust
#   docker run --rm --user "$(id -u)" --volume "$PWD:/work" IMAGE check
FROM scratch
ARG TARGETARCH
COPY ${TARGETARCH}/certgrab /certgrab
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/certgrab"]
