#!/bin/sh
# SPDX-License-Identifier: MIT
# demos/httpd and its clients: curl, and wrk where there is one.
httpd=$top_builddir/demos/httpd
test -x "$httpd" || { echo "1..0 # SKIP demos/httpd is not built (no http-parser)"; exit 0; }
command -v curl >/dev/null 2>&1 || { echo "1..0 # SKIP no curl"; exit 0; }
. "$top_srcdir/tests/tools/loopback.sh"
loopback || { echo "1..0 # SKIP no loopback network"; exit 0; }
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

tmp=$(mktemp -d) || exit 99
server=
trap 'test -z "$server" || kill -9 "$server" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
is() { # is GOT EXPECTED TEXT
	test "$1" = "$2" || echo "# got: $1, expected: $2"
	test "$1" = "$2"
	report $? "$3"
}
# Waits for at most 10 s (more under a sanitizer) until the command is true.
until_true() {
	tries=$((100 * ${CK_TIMEOUT_MULTIPLIER:-1}))
	until "$@"; do
		tries=$((tries - 1))
		test $tries -gt 0 || return 1
		sleep 0.1
	done
}

site=$tmp/site
mkdir -p "$site/sub" "$site/empty"
echo '<h1>index</h1>' >"$site/index.html"
echo '<h1>sub</h1>' >"$site/sub/index.html"
echo 'body {}' >"$site/a b.css"
seq 1 100000 >"$site/big.txt"
: >"$site/nothing.txt"
echo secret >"$tmp/secret"
ln -s ../secret "$site/out"
ln -s "$tmp/secret" "$site/out2"
ln -s sub/index.html "$site/in.html"
mkfifo "$site/fifo"
truncate -s 64M "$site/huge"

start() { # start OPTION...
	rm -f "$tmp/said"
	"$httpd" "$@" "$site" >"$tmp/said" 2>"$tmp/err" &
	server=$!
	until_true test -s "$tmp/said"
	url=http://$(sed 1q "$tmp/said")
}
stop() { # stop SIGNAL TEXT
	kill -"$1" "$server"
	wait "$server"
	rc=$?
	server=
	test $rc = 0 || sed 's/^/# /' "$tmp/err"
	report $rc "$2"
}
count() { # count fd|task
	ls "/proc/$server/$1" | wc -l
}
get() { # get WHAT OPTION...: WHAT is for curl's -w
	what=$1
	shift
	curl -s -m 60 --path-as-is -o "$tmp/got" -D "$tmp/head" -w "$what" "$@"
}
status() {
	get '%{http_code}' "$@"
}
header() { # header NAME: of the last answer
	tr -d '\r' <"$tmp/head" | sed -n "s/^$1: //p"
}

start -t 2
# ---- files ----
is "$(status "$url/")" 200 "a folder's index.html"
cmp -s "$tmp/got" "$site/index.html"
report $? "its text"
is "$(header Content-Type)" "text/html; charset=utf-8" "its type"
is "$(status "$url/big.txt?query#part")" 200 "a larger file"
cmp -s "$tmp/got" "$site/big.txt"
report $? "its text"
is "$(header Content-Length)" 588895 "its length"
is "$(status "$url/a%20b.css")/$(header Content-Type)" "200/text/css; charset=utf-8" "an encoded name"
is "$(status "$url/nothing.txt")/$(header Content-Length)" 200/0 "an empty file"
is "$(status -I "$url/big.txt")/$(header Content-Length)" 200/588895 "HEAD tells the length"
is "$(get '%{size_download}' -I "$url/big.txt")" 0 "and sends no text"
is "$(status "$url/sub")/$(header Location)" 301//sub/ "a folder without its slash is redirected"
is "$(status "$url//sub")/$(header Location)" 301//sub/ "and not to another host"
is "$(status -L "$url/sub")" 200 "where it is"
is "$(status "$url/in.html")" 200 "a link within the folder"
# ---- ranges ----
is "$(status -r 100-199 "$url/big.txt")/$(header Content-Range)" "206/bytes 100-199/588895" "a range"
dd if="$site/big.txt" bs=1 skip=100 count=100 2>/dev/null | cmp -s - "$tmp/got"
report $? "its text"
is "$(status -r -7 "$url/big.txt")/$(cat "$tmp/got")" 206/100000 "the last bytes"
is "$(status -r 588888- "$url/big.txt")/$(cat "$tmp/got")" 206/100000 "from there to the end"
is "$(status -r 588888-999999999 "$url/big.txt")/$(header Content-Length)" 206/7 "beyond the end"
is "$(status -r 588895- "$url/big.txt")/$(header Content-Range)" "416/bytes */588895" "after the end"
is "$(status -r 0-9 "$url/nothing.txt")" 416 "of nothing"
is "$(status -r 20-10 "$url/big.txt")" 200 "what is no range is none"
is "$(status -r 1-2,5-6 "$url/big.txt")" 200 "several at once we do not do"
is "$(status -r 0-4 "$url/huge")/$(get '%{size_download}' -r 67108860- "$url/huge")" 206/4 "of a huge file"
# ---- refusals ----
is "$(status "$url/nowhere")" 404 "what is not there"
is "$(status "$url/index.html/more")" 404 "below a file"
is "$(status "$url/empty/")" 404 "a folder without index.html"
for path in ../secret ..%2fsecret %2e%2e/secret sub/../../secret out out2 "/$tmp/secret"; do
	is "$(status "$url/$path" | sed 's/404/403/')" 403 "out of the folder: ${path##*"$tmp"}"
	grep -q secret "$tmp/got" && report 1 "no secret is told"
done
is "$(status "$url/fifo")" 403 "a FIFO"
is "$(status -X DELETE "$url/")/$(header Allow)" "405/GET, HEAD" "other methods"
is "$(status -d x=1 "$url/")" 405 "POST"
is "$(status -X NONSENSE "$url/")" 400 "what is no method"
is "$(status "$url/%00")$(status "$url/%z")$(status "$url/%")" 400400400 "what is no path"
is "$(status -H Host: "$url/")" 400 "no host"
is "$(status -H "X: $(head -c 90000 /dev/zero | tr '\0' x)" "$url/")" 431 "too large a head"
is "$(status "$url/$(head -c 5000 /dev/zero | tr '\0' x)")" 414 "too long a path"
# ---- connections ----
is "$(curl -s -o "$tmp/got" -o "$tmp/got" -o "$tmp/got" -w '%{num_connects}' "$url/" "$url/nowhere" "$url/")" 100 \
	"three requests by one connection"
is "$(curl -s -0 -o "$tmp/got" -o "$tmp/got" -w '%{num_connects}' "$url/" "$url/")" 11 "HTTP/1.0: by two"
is "$(status --http2 "$url/")" 200 "offers of other protocols are passed over"
before=$(date +%s)
got=$( (for i in 1 2 3 4 5 6 7 8 9 10; do echo "$i"; sleep 0.5; done) 2>/dev/null | status -T - "$url/")
is "$got" 408 "a client that sends slowly is timed out"
test $(($(date +%s) - before)) -le $((8 * ${CK_TIMEOUT_MULTIPLIER:-1}))
report $? "in good time"
fds=$(count fd)
curl -s --limit-rate 1K -o "$tmp/slow" "$url/huge" &
slow=$!
until_true test -s "$tmp/slow"
back() { test "$(count fd)" -le "$fds"; }
until_true back
report $? "a client that reads slowly is timed out"
kill $slow
wait $slow 2>/dev/null
# ---- many ----
sequence() { # sequence N OPTION...: N requests one after the other; how many were answered with 200
	last=$1
	shift
	curl -s -o /dev/null -w '%{http_code}\n' "$@" "$url/?[1-$last]" | grep -c '^200$'
}
sequence 10 >/dev/null
fds=$(count fd) threads=$(count task)
is "$(sequence 8000)" 8000 "8000 requests by one connection"
is "$(sequence 2000 -H 'Connection: close')" 2000 "2000 requests by 2000 connections"
until_true back
report $? "no descriptor is left ($fds before, $(count fd) after)"
test "$(count task)" -le $((threads + 2))
report $? "no thread is left ($threads before, $(count task) after)"
if command -v wrk >/dev/null 2>&1; then
	wrk -t2 -c200 -d2 "$url/index.html" >"$tmp/wrk" 2>&1
	report $? "wrk with 200 connections: $(sed -n 's/^Requests.sec: *//p' "$tmp/wrk") requests a second"
	! grep -E 'Socket errors|Non-2xx' "$tmp/wrk"
	report $? "without errors"
	until_true back
	report $? "no descriptor is left ($fds before, $(count fd) after)"
	test "$(count task)" -le 210
	report $? "and no more threads than connections ($(count task))"
else
	n=$((n + 1))
	echo "ok $n # SKIP no wrk"
fi
stop TERM "SIGTERM ends it, with success"
printf '# a table\n\ntext/x-own\town OWN2 # endings\nimage/none\napplication/css css' >"$tmp/types"
touch "$site/a.own" "$site/b.own2" "$site/c.css" "$site/d.png" "$site/e.none" "$site/own"
start -a 127.0.0.1:0 -n 5 -m "$tmp/types"
is "$(status "$url/")" 200 "another one"
type() { # type FILE TYPE TEXT
	status "$url/$1" >/dev/null
	is "$(header Content-Type)" "$2" "the type of $1: $3"
}
type a.own "text/x-own; charset=utf-8" "by the table"
type b.own2 "text/x-own; charset=utf-8" "whatever the case of letters"
type c.css application/css "the table counts more than what the server knows"
type d.png image/png "known by the server"
type e.none application/octet-stream "a type without endings has none"
type own application/octet-stream "no ending"
stop INT "SIGINT ends it, with success"
rm "$site/own" "$site"/?.own* "$site/c.css" "$site/d.png" "$site/e.none"
start -m /nonexistent
type index.html "text/html; charset=utf-8" "without any table"
stop TERM "and ends"
"$httpd" "$tmp/nowhere" >/dev/null 2>&1
is $? 1 "a folder that is not there"
"$httpd" -x >/dev/null 2>&1
is $? 2 "an option it does not know"
echo "1..$n"
