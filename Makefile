# make run    the box beside a practice cloud, on ./data: two softphones can call each other at once
# make test   everything a change must pass; installs what it needs
# make bench  ratios against Kamailio and rtpengine, one run each; SOAK_MINUTES=60 for an hour of 100 calls instead of five minutes
# make image  the flashable box of ARCH (amd64, arm64) and its update, in target/appliance/out; VARIANT=debug has a shell
# make fuzz   every parser for FUZZ_SECONDS each

FUZZ_SECONDS ?= 30
export ARCH ?= amd64
export CARGO_TERM_COLOR ?= auto

.PHONY: run image test-image boot-arm power-cuts image-for-arm image-under-test test bench bench-media fuzz check build tools format lint unit journeys docs

run:
	tests/run

image:
	image/build

# The image switched on in QEMU, made of the programs of `make build`, so that nothing is compiled twice: an office begins, is updated,
# loses a bad version, forgets; the same on a board with an ARM processor; and the power fails CUTS times (20) while people register,
# telephone and change settings. The last two can be had by themselves.
test-image boot-arm power-cuts: export IMAGE_PROGRAMS = $(abspath $(or $(CARGO_TARGET_DIR),target))/debug
IN_QEMU = cargo nextest run --workspace --test image --locked --profile image

test-image: image-for-arm image-under-test
	$(IN_QEMU)

boot-arm: image-for-arm
	$(IN_QEMU) -E 'test(/^arm::/)'

power-cuts: image-under-test
	$(IN_QEMU) -E 'test(/^cuts::/)'

image-for-arm: build
	ARCH=arm64 image/install
	tests/install mtools qemu-utils zstd
	ARCH=arm64 PROFILE=dev CARGO_PROFILE_DEV_DEBUG=0 IMAGE_BUNDLE=$(IMAGE_PROGRAMS)/bundle image/programs
	ARCH=arm64 IMAGE_PROGRAMS=$(IMAGE_PROGRAMS)/../aarch64-unknown-linux-gnu/debug IMAGE_BUNDLE=$(IMAGE_PROGRAMS)/bundle image/build
	tests/image/emulator

image-under-test: build
	tests/install mtools qemu-utils zstd
	image/build
	tests/image/versions
	tests/image/emulator

test: tools check journeys

# What can be said without phones: the quick look before handing in.
check: format lint unit docs

tools:
	tests/install

format:
	cargo fmt --all --check
	rustfmt --check --edition 2024 tests/fuzz/targets/*.rs

lint:
	cargo clippy --workspace --all-targets --locked -- -D warnings

build:
	cargo build --workspace --bins --locked

unit:
	cargo nextest run --workspace --locked --profile quick
	cargo test --workspace --locked --doc --quiet

journeys: build
	cargo nextest run --workspace --test journeys --locked

docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --locked --no-deps --document-private-items --quiet

bench: bench-media
	benches/sip/compare
	benches/sip/curves
	benches/sip/instructions
	benches/mirror/figures
	benches/emergency/delay
	benches/lines/inside
	benches/web/figures

bench-media:
	benches/media/compare
	benches/media/many
	benches/media/restart
	benches/media/soak

fuzz:
	tests/fuzz/run $(FUZZ_SECONDS)
