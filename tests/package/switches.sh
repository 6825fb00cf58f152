#!/bin/sh
# SPDX-License-Identifier: MIT
# configure: what is asked for must be there; what is refused is not looked for; the summary says so.
. "$top_srcdir/tests/package/tap.sh"
test -x "$top_srcdir/configure" || exit 99
configure=$(cd "$top_srcdir" && pwd)/configure
test ! -f "$top_srcdir/config.status" || done_with "configured in place: nothing else can be configured beside it"
cd "$work" || exit 99

configured() { # configured OPTION...: what is said is kept
	"$configure" -C --disable-shared "$@" >said 2>&1 </dev/null
}
says() { # says TEXT PATTERN
	grep -qE -e "$2" said
	rc=$?
	test $rc -eq 0 || { echo "# no line like: $2"; tail -n 20 said | sed 's/^/# /'; }
	report $rc "$1"
}

all="http-parser python npth pth st libuv"
refuse=
for name in $all; do refuse="$refuse --without-$name"; done
configured $refuse --disable-tests --disable-demos
report $? "configure without all that can be left out"
says "the summary says that no peers are there" 'bench peers \.+ npth no, pth no, st no, libuv no'
says "nor http-parser" 'http-parser \.+ no'
says "nor demos" 'demos \.+ no'
says "nor Check" 'suites \(Check\) \.+ no'
# Nothing is found where the preprocessor and pkg-config find nothing.
for name in $all; do
	rm -f config.cache
	mkdir -p none
	case $name in
	python) set -- --with-python ac_cv_prog_PYTHON3= PYTHON3= ;;
	http-parser) set -- --with-http-parser ac_cv_header_http_parser_h=no ;;
	libuv) set -- --with-libuv PKG_CONFIG=false ;;
	*) set -- "--with-$name" "ac_cv_header_${name}_h=no" ;;
	esac
	test "$name" != python || { skip "--with-python fails where it is missing" "python3 cannot be hidden"; continue; }
	configured $refuse --disable-tests --disable-demos "$@"
	test $? -ne 0
	report $? "--with-$name fails where it is missing"
	says "and says so" "--with-$name was given, but .* was not found"
done
done_with
