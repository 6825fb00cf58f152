#!/bin/sh
# SPDX-License-Identifier: MIT
# Traces of the demos, in both models, are what tests/tools/trace_check.py wants; and
# it wants something: it finds what is broken on purpose.
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP no python3"; exit 0; }
tmp=./trace.$$
mkdir "$tmp" || exit 99
trap 'rm -rf "$tmp"' EXIT
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
unset CIGO_CLOCK CIGO_SEED CIGO_SCHEDULE CIGO_DEBUG CIGO_DUMP
check() { python3 "$top_srcdir/tests/tools/trace_check.py" "$@"; }
limit=$((60 * ${CK_TIMEOUT_MULTIPLIER:-1}))

n=0
report() { # report OK TEXT
	n=$((n + 1))
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# What they print and return there is not the question here, only that they come to an end.
for name in tasks wait cancel shield chain readlines blocking lengths embed; do
	for model in cooperative preemptive; do
		rm -f "$tmp"/t*
		CIGO_MODEL=$model CIGO_TRACE=$tmp/t.json timeout -k 5 "$limit" "$top_builddir/demos/$name" \
			</dev/null >"$tmp/out" 2>"$tmp/err"
		check "$tmp"/t*.json >"$tmp/said" 2>&1 && python3 -m json.tool "$tmp/t.json" >/dev/null
		rc=$?
		test $rc = 0 || sed 's/^/# /' "$tmp/said"
		report $rc "$name, $model"
	done
done

for kernel in kernel kernel=sampled; do
	for name in tasks blocking; do
		CIGO_MODEL=preemptive CIGO_TRACE=$tmp/k.json,$kernel "$top_builddir/demos/$name" </dev/null >"$tmp/out" 2>&1
		check "$tmp/k.json" >"$tmp/said" 2>&1 && grep -q '"cat":"kernel"' "$tmp/k.json"
		rc=$?
		test $rc = 0 || sed 's/^/# /' "$tmp/said"
		report $rc "$name, with $kernel"
	done
done

# What perf records of the same run is of the same threads, at the same time: so both can be shown together.
merges() {
	CIGO_MODEL=$1 CIGO_TRACE=$tmp/merged.json perf record -q -k CLOCK_MONOTONIC --switch-events -e dummy:u -o "$tmp/perf.data" \
		"$top_builddir/demos/tasks" </dev/null >"$tmp/out" 2>&1 &&
		perf script -i "$tmp/perf.data" --show-switch-events --show-task-events -F comm,pid,tid,time >"$tmp/perf.txt" 2>"$tmp/err" &&
		python3 - "$tmp/merged.json" "$tmp/perf.txt" >"$tmp/said" 2>&1 <<'EOF'
import json, re, sys
trace = json.load(open(sys.argv[1]))
start = int(trace["otherData"]["start_ns"]) / 1e9
on, since, names, pids = {}, {}, {}, {} # by tid: when it was on a CPU, its last name, its process
for line in open(sys.argv[2]):
    m = re.match(r" *(.*?) +(\d+)/(\d+)\s.*?(\d+\.\d+): PERF_RECORD_(\w+)(?:.*?(IN|OUT)\b)?", line)
    if not m:
        continue
    tid, when = int(m[3]), float(m[4])
    names[tid], pids[tid] = m[1], int(m[2])
    if m[5] == "SWITCH" and m[6] == "IN":
        since[tid] = when
    elif m[5] == "SWITCH" and tid in since:
        on.setdefault(tid, []).append((since.pop(tid), when))
for tid, when in since.items():
    on.setdefault(tid, []).append((when, float("inf")))
runs = [e for e in trace["traceEvents"] if e.get("cat") == "run"]
assert len({e["tid"] for e in runs}) == 2, runs
for e in runs:
    begin = start + e["ts"] / 1e6
    end = begin + e["dur"] / 1e6
    assert pids[e["tid"]] == e["pid"], (e, pids)
    # perf rounds to microseconds
    assert any(a < end + 2e-6 and b > begin - 2e-6 for a, b in on.get(e["tid"], [])), (e, begin, end, on.get(e["tid"]))
for e in trace["traceEvents"]:
    if e["name"] == "thread_name" and e["lane"]:
        assert names[e["tid"]] == e["args"]["name"], (e, names)
EOF
}
if perf record -q -k CLOCK_MONOTONIC --switch-events -e dummy:u -o "$tmp/perf.data" sleep 0.01 >"$tmp/said" 2>&1 &&
	perf script -i "$tmp/perf.data" --show-switch-events 2>/dev/null | grep -q SWITCH; then
	for model in cooperative preemptive; do
		merges $model
		rc=$?
		test $rc = 0 || cat "$tmp/said" "$tmp/err" | sed 's/^/# /'
		report $rc "perf's records are of the same threads, by id, name and time, $model"
	done
else
	for model in cooperative preemptive; do
		n=$((n + 1))
		echo "ok $n # SKIP perf is not here, or records no switches"
	done
fi

if test -x "$top_builddir/tests/tools/played"; then
	CIGO_TRACE=$tmp/shown.json "$top_builddir/tests/tools/played" >"$tmp/out"
	check "$tmp/shown.json" >"$tmp/said" 2>&1 && grep -q '"ph":"C".*"name":"balance"' "$tmp/shown.json"
	report $? "values shown are curves"
	sed '0,/"value":100/s//"value":"a hundred"/' "$tmp/shown.json" >"$tmp/broken.json"
	! check "$tmp/broken.json" >"$tmp/said" 2>&1
	report $? "a curve of words is found"
fi
sed '/"cat":"kernel","name":"on CPU"/s/"dur":[0-9.]*/"dur":99999999/' "$tmp/k.json" >"$tmp/broken.json"
! check "$tmp/broken.json" >"$tmp/said" 2>&1
report $? "two on a CPU are found"
CIGO_MODEL=cooperative CIGO_TRACE=$tmp/whole.json "$top_builddir/demos/tasks" >"$tmp/out"
check "$tmp/whole.json" >"$tmp/said" 2>&1
report $? "a whole file is fine"
# broken TEXT COMMAND...: what the command makes of the whole file is not
broken() {
	text=$1
	shift
	"$@" <"$tmp/whole.json" >"$tmp/broken.json"
	if check "$tmp/broken.json" >"$tmp/said" 2>&1; then report 1 "$text is found"; else report 0 "$text is found"; fi
}
broken "a cut file" sed '$d'
broken "an arrow without an end" sed '/"ph":"f".*"id":2[,}]/d'
broken "an arrow from nowhere" sed '/"ph":"s".*"id":2[,}]/s/"lane":[0-9]*/"lane":99/'
broken "two that hold the baton" sed '/"cat":"run"/s/"dur":[0-9]*/"dur":99999999/'
broken "a span that overlaps" sed '/"cat":"wait"/s/"dur":/"dur":9999/'
broken "a lane without a name" sed '/"lane_name".*"lane":2,/d'
broken "an event without time" sed '0,/"ts":[0-9.]*,/s///'
broken "an unknown kind" sed '0,/"cat":"run","name":"run"/s//"cat":"walk","name":"walk"/'
broken "a lane that is never done" sed '/"name":"done".*"lane":2,/d'
echo "1..$n"
