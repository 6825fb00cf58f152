#!/bin/sh
# SPDX-License-Identifier: MIT
# Spin proves the protocols of tests/model/*.pml, and finds each of their planted
# bugs (the BUG_... names in them). "make check-models" runs this.
command -v spin >/dev/null 2>&1 || { echo "1..0 # SKIP no spin"; exit 0; }
tmp=./_model
rm -rf "$tmp"
mkdir "$tmp" || exit 99
cd "$tmp" || exit 99
trap 'cd ..; rm -rf "$tmp"' EXIT

# prove MODEL DEFINE...: twice, as spin does not look at end states while it proves a claim
prove() {
	rm -f ./pan*
	cp "$1" model.pml
	shift
	spin -a "$@" model.pml >spin.out 2>&1 || return 2
	${CC:-cc} -O0 -w -DNOCLAIM -DSAFETY -o pan-safety pan.c &&
		${CC:-cc} -O0 -w -DNFAIR=3 -o pan-live pan.c || return 2
	./pan-safety -m1000000 >safety.out 2>&1
	./pan-live -a -f -m1000000 >live.out 2>&1
	for out in safety.out live.out; do
		grep -q 'max search depth too small' $out && return 2
		grep -q 'errors:' $out || return 2
	done
	grep -q 'errors: 0$' safety.out && grep -q 'errors: 0$' live.out
}

n=0
for model in "$top_srcdir"/tests/model/*.pml; do
	name=${model##*/}
	n=$((n + 1))
	if prove "$model"; then
		echo "ok $n - $name holds"
	else
		sed 's/^/# /' spin.out safety.out live.out
		echo "not ok $n - $name holds"
	fi
	for bug in $(grep -o '^#ifn*def BUG_[A-Z_]*' "$model" | sed 's/.* //' | sort -u); do
		n=$((n + 1))
		prove "$model" "-D$bug"
		case $? in
		1) echo "ok $n - $name: $bug is found" ;;
		0) echo "not ok $n - $name: $bug is found" ;;
		*) sed 's/^/# /' spin.out; echo "not ok $n - $name: $bug: spin cannot tell" ;;
		esac
	done
done
echo "1..$n"
