#!/bin/sh
# SPDX-License-Identifier: MIT
# demos/lab --cost: what it prints, measured quickly, and of numbers that are planted. That the servers do the same, and
# that crossings are found, is tests/suites/test_cost.c; the page is tests/pages/cost.sh.
lab=$top_builddir/demos/lab
test -x "$lab" || { echo "1..0 # SKIP demos/lab is not built"; exit 0; }
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
# what would change coroutines alone is not heeded
CIGO_SEED=7 CIGO_MODEL=preemptive CIGO_TRACE=/nowhere/trace CIGO_SCHEDULE=nonsense
export CIGO_SEED CIGO_MODEL CIGO_TRACE CIGO_SCHEDULE
tmp=$PWD/cost.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP
n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then
		echo "ok $n - $2"
	else
		sed 's/^/# /' "$tmp/out"
		tail -n 30 "$tmp/err" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}
cost() { # cost OPTION...
	"$lab" --cost "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
}
# What it printed fits 80 columns. The tests run in the locale C, which counts bytes; of a character (µ) only the first one is
# left here.
is_narrow() {
	! tr -d '\200-\277' <"$tmp/out" | grep -v '^  file://' | grep -n '.\{81\}' >>"$tmp/err"
}

# ---- the command ----
cost --help && grep -q '^usage: lab --cost' "$tmp/out" && is_narrow
report $? "--help, in 80 columns"
"$lab" --help >"$tmp/out" 2>"$tmp/err" && grep -q -e '--cost' "$tmp/out" && is_narrow
report $? "lab --help names it, in 80 columns"
cost --nonsense
test $? = 2 && grep -q nonsense "$tmp/err"
report $? "an unknown option"
cost --quick a.html b.html
test $? = 2 && grep -q "what is 'b.html'" "$tmp/err"
report $? "a file too many is named"
cost --numbers "$tmp/nowhere"
test $? = 1 && grep -q 'cannot take numbers from .*nowhere: No such file' "$tmp/err"
report $? "numbers that are not there"
echo '{"demo":"race"}' >"$tmp/other"
cost --numbers "$tmp/other"
test $? = 1 && grep -q 'it is not what lab --cost --json prints' "$tmp/err"
report $? "numbers of something else"

# ---- measured ----
cost --quick --json "$tmp/page.html"
status=$?
cp "$tmp/out" "$tmp/numbers"
test $status = 0 && test "$(wc -l <"$tmp/out")" = 1 && test -s "$tmp/page.html"
report $? "a quick measurement, --json: one line, and the page that was asked for"
test "$(grep -c '^round [123] of 3: ' "$tmp/err")" = 3
report $? "its progress"
cost --numbers "$tmp/numbers" --out "$tmp/lab" && is_narrow &&
	grep -q '^Crossing points$' "$tmp/out" && grep -q '^Throughput  *coroutines  *threads  *epoll  *preemptive$' "$tmp/out"
report $? "its tables, in 80 columns"
test -s "$tmp/lab/cost.html" && grep -q "^  file://.*/lab/cost.html\$" "$tmp/out" && cmp "$tmp/page.html" "$tmp/lab/cost.html" 2>>"$tmp/err"
report $? "where the page is, which is the same"
if command -v python3 >/dev/null 2>&1; then
	python3 - "$tmp/numbers" >>"$tmp/err" 2>&1 <<'END'
import json, sys
t = json.load(open(sys.argv[1]))
servers = ["coroutines", "threads", "epoll", "preemptive"]
assert t["demo"] == "cost" and len(t["features"]) >= 5 and [s["name"] for s in t["servers"]] == servers
assert [a["name"] for a in t["axes"]] == ["connections", "computing", "size", "cpus"]
# on a machine that is busy
over = any("The time was over" in n for n in t["notes"])
values = {a["name"]: a["values"] for a in t["axes"]}
assert all(v == sorted(set(v)) for v in values.values()), values
both = {1, values["cpus"][-1]}
cells = {(c["connections"], c["computing"], c["size"], c["cpus"]): c for c in t["cells"]}
for i, axis in enumerate(("connections", "computing", "size")):
    for value in values[axis]:
        for cpus in both:
            at = [t["base"][k] for k in ("connections", "computing", "size")] + [cpus]
            at[i] = value
            assert tuple(at) in cells, at
for c in cells.values():
    for s in c["servers"]:
        if s["why"]:
            continue
        of = {r["name"]: r for r in s["results"]}
        assert {n: r["unit"] for n, r in of.items()} == {"throughput": "requests/s", "latency p99": "ns", "memory": "KiB",
            "context switches": "switches/request", "blocked": "switches/request", "preempted": "switches/request"}
        if over and not of["memory"]["samples"]:
            continue
        assert all(3 - 2 * over <= len(r["samples"]) <= 3 and r["least"] <= r["median"] <= r["most"] for r in of.values()), of
        assert all(of[m]["least"] > 0 for m in ("throughput", "latency p99", "memory")), of
        assert abs(of["blocked"]["samples"][0] + of["preempted"]["samples"][0] - of["context switches"]["samples"][0]) < .001
        # with the process's CPUs computing takes its time
        assert c["computing"] == 0 or of["throughput"]["most"] < 1.5e6 / c["computing"] * c["cpus"], of
served = sum(not s["why"] for c in cells.values() for s in c["servers"])
assert served > 3 * len(cells), (served, t["cells"])
for k in t["comparisons"]:
    assert k["kind"] in ("unknown", "same", "always", "parts", "meets", "crosses", "mixed") and k["text"].endswith(".")
    assert (k["from"] is not None) == (k["kind"] in ("parts", "meets", "crosses", "mixed"))
    assert (k["more"] in k["servers"]) == (k["kind"] not in ("unknown", "same"))
places = 6 if len(both) == 2 else 3
assert len(t["comparisons"]) == (places + (len(both) == 2)) * 4 * 6
END
	report $? "its numbers have units, spreads and all points"
	python3 - "$tmp/numbers" >>"$tmp/err" 2>&1 <<'END'
import json, sys
for k in json.load(open(sys.argv[1]))["comparisons"]:
    if (k["axis"], k["metric"], k["servers"]) == ("connections", "memory", ["coroutines", "threads"]):
        assert k["more"] != "threads", k
END
	report $? "nowhere do threads need more memory than coroutines"
	cost --numbers "$tmp/numbers" --json && cmp "$tmp/out" "$tmp/numbers" 2>>"$tmp/err"
	report $? "--numbers has them again"
	# ---- planted: threads take 10 KiB a client more, coroutines begin with more ----
	python3 - "$tmp/numbers" >"$tmp/planted" 2>>"$tmp/err" <<'END'
import json, sys
t = json.load(open(sys.argv[1]))
for c in t["cells"]:
    for s in c["servers"]:
        s["why"] = ""
        for r in s["results"]:
            base = {"coroutines": 3000, "threads": 2500}.get(s["name"], 1000)
            more = 10 * c["connections"] if s["name"] == "threads" else 0
            # 10 µs: with a character of two bytes in every column
            r["samples"] = [base + more if r["name"] == "memory" else 10000] * 3
    if c["size"] == 8192:
        c["servers"][3]["why"] = "it hung up"
        for r in c["servers"][3]["results"]:
            r["samples"] = []
t["machine"]["busy"] = 0.4
print(json.dumps(t))
END
	cost --numbers "$tmp/planted" --out "$tmp/lab" &&
		is_narrow && tr -s ' \n' ' ' <"$tmp/out" | grep -q 'From 100 connections on, threads need more memory than coroutines; up to 20 connections it is the other way round' &&
		grep -q 'other programs had 40 % of its CPU time' "$tmp/err"
	report $? "a crossing and a busy machine are named"
	grep -q '^  preemptive, 20 connections, 1 CPU: it hung up$' "$tmp/out" && grep -q '^  8,192 bytes .* none$' "$tmp/out"
	report $? "what could not be measured, and why"
	grep -q 'From 100 connections on, threads need more memory than coroutines' "$tmp/lab/cost.html" &&
		grep -q 'other programs had 40 % of its CPU time' "$tmp/lab/cost.html"
	report $? "also on the page"
fi

# ---- limits ----
(ulimit -n 100 && "$lab" --cost --quick --json) >"$tmp/out" 2>"$tmp/err" &&
	grep -q '^100 connections are not possible here, 36 are: a process may open 100 files' "$tmp/err" &&
	grep -q '"values":\[1,20,36\]' "$tmp/out" && grep -q '"notes":\["100 connections are not possible' "$tmp/out"
report $? "where files are few, fewer connections, and it says so"
cost --numbers "$tmp/numbers" "$tmp/nowhere/page.html"
test $? = 1 && grep -q 'cannot write the page .*nowhere/page.html: No such file' "$tmp/err"
report $? "a page that cannot be written"
# The lab runs only what is there: a demo that ends at once.
printf '#!/bin/sh\n' >"$tmp/brief" && chmod +x "$tmp/brief"
"$lab" --out "$tmp/lab" --from "$tmp" brief >"$tmp/out" 2>"$tmp/err"
grep -q 'href="cost.html"' "$tmp/lab/index.html" 2>>"$tmp/err"
report $? "the lab's index leads to the page beside it"
rm -f "$tmp/lab/cost.html"
"$lab" --out "$tmp/lab" --from "$tmp" brief >"$tmp/out" 2>"$tmp/err"
test -s "$tmp/lab/index.html" && ! grep -q 'href="cost.html"' "$tmp/lab/index.html"
report $? "and to none where there is none"
# when it is killed, no server stays
"$lab" --cost --quick --out "$tmp/killed" >/dev/null 2>&1 &
pid=$!
sleep 0.5
kill "$pid"
wait "$pid" 2>/dev/null
tries=0
while ps -eo args 2>/dev/null | grep -v grep | grep -qF "$tmp/killed" && test $tries -lt 50; do
	tries=$((tries + 1))
	sleep 0.1
done
test $tries -lt 50
report $? "killed, it leaves no server behind"
echo "1..$n"
