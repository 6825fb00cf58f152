#!/bin/sh
# SPDX-License-Identifier: MIT
# abi/dump.sh LIBRARY: prints the ABI of a shared library that was built with debug information.
# "make abi" renews abi/libcigo.abi by it; tests/checkers/abi.sh compares.
exec abidw --suppressions "$(dirname "$0")/public.abignore" --exported-interfaces-only --no-show-locs \
	--no-corpus-path --no-comp-dir-path --type-id-style hash "$1"
