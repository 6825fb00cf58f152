#!/bin/sh
# SPDX-License-Identifier: MIT
# The program of docs/moving.md says the same in every language whose tools are here.
here=$top_srcdir/demos/moving
expected=$top_srcdir/demos/expected/quotes.txt
test -f "$expected" || { echo "1..0 # SKIP no demos"; exit 0; }
tmp=./moving.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT

n=0
# says NAME COMMAND...: it prints what is expected.
says() {
	n=$((n + 1))
	name=$1
	shift
	if timeout -k 5 $((60 * ${CK_TIMEOUT_MULTIPLIER:-1})) "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &&
		diff "$expected" "$tmp/out" >"$tmp/diff"; then
		echo "ok $n - $name says the same"
	else
		sed 's/^/# /' "$tmp/err" "$tmp/diff"
		echo "not ok $n - $name says the same"
	fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

echo 1..4
if ${CC:-cc} -Wall -Wextra -o "$tmp/pthreads" "$here/quotes_pthreads.c" -pthread 2>"$tmp/err"; then
	says "plain threads" "$tmp/pthreads"
else
	sed 's/^/# /' "$tmp/err"
	n=$((n + 1))
	echo "not ok $n - plain threads: it does not compile"
fi
if ! pkg-config --exists libuv 2>/dev/null; then
	skip libuv "libuv1-dev is not installed"
elif ${CC:-cc} -Wall -Wextra $(pkg-config --cflags libuv) -o "$tmp/libuv" "$here/quotes_libuv.c" \
	$(pkg-config --libs libuv) 2>"$tmp/err"; then
	says libuv "$tmp/libuv"
else
	sed 's/^/# /' "$tmp/err"
	n=$((n + 1))
	echo "not ok $n - libuv: it does not compile"
fi
if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	says asyncio python3 "$here/quotes.py"
else
	skip asyncio "no Python of 3.11 or later"
fi
if command -v go >/dev/null 2>&1; then
	HOME=$tmp GOCACHE=$(cd "$tmp" && pwd)/go GOFLAGS=-buildvcs=false go build -o "$tmp/go-quotes" "$here/quotes.go" 2>"$tmp/err"
	says Go "$tmp/go-quotes"
else
	skip Go "no go command"
fi
