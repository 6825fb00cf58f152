#!/bin/sh
# SPDX-License-Identifier: MIT
# demos/lab: runs demos, says what came out, writes a page. Its demos here are scripts, which say what
# they are told to; and one that is real.
lab=$top_builddir/demos/lab
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
unset CIGO_MODEL CIGO_CLOCK CIGO_SEED CIGO_DEBUG CIGO_TRACE
LD_LIBRARY_PATH=$top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
n=0
report() { # report OK TEXT
	n=$((n + 1))
	test "$1" = 0 || { sed 's/^/# /' "$tmp/said"; }
	if test "$1" = 0; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
page_has() {
	grep -qF "$1" "$tmp/out/index.html"
	report $? "the page has: $1"
}

mkdir "$tmp/demos"
cat >"$tmp/demos/good" <<'END'
#!/bin/sh
test "$1 $2 $3 $5" = "--model all --timeline --json" || exit 9
echo '<html>picture</html>' >"$4"
cat <<'JSON'
{"demo":"good","title":"Good & <b>bold</b>","lesson":"A \"lesson\"\u003cscript>.",
 "models":["cooperative","preemptive"],
 "variants":[{"name":"one","title":"the first","see":"What is seen: Gr\u00fc\u00dfe \ud83d\ude42."},
             {"name":"two","title":"the second","see":""}],
 "rows":[{"variant":"one","what":"money","values":["0","-1,234"]},
         {"variant":"one","what":"time","values":["","9 ms"]},
         {"variant":"two","what":"money","values":["5","6"]}],
 "notes":[{"variant":"one","model":"preemptive","text":"A waits for B"}]}
JSON
END
cat >"$tmp/demos/bad" <<'END'
#!/bin/sh
echo 'this is why' >&2
echo '{"demo":'
exit 3
END
cat >"$tmp/demos/mute" <<'END'
#!/bin/sh
echo '{"demo":"mute"'
END
chmod +x "$tmp"/demos/*

"$lab" --out "$tmp/out" --from "$tmp/demos" good >"$tmp/said" 2>&1
report $? "a good demo"
grep -q '^1/1  good \.\.\. .* s$' "$tmp/said"
report $? "its progress"
grep -q '^ *cooperative  *preemptive$' "$tmp/said" && grep -q '^     one: money  *0  *-1,234$' "$tmp/said" &&
	grep -q '^     two: money  *5  *6$' "$tmp/said" && ! grep -q ': time' "$tmp/said"
report $? "of each variant the first row"
grep -q "^  file://.*/out/index.html\$" "$tmp/said"
report $? "where the page is"
page_has 'Good &amp; &lt;b&gt;bold&lt;/b&gt;'
page_has 'A &quot;lesson&quot;&lt;script&gt;.'
page_has '<th scope="row">money</th><td class="number">0</td><td class="number">-1,234</td>'
page_has '<th scope="row">time</th><td class="number">–</td><td class="number">9 ms</td>'
page_has 'What is seen: Grüße 🙂.'
page_has 'A waits for B'
page_has 'href="good.html"'
ls "$tmp/out" >"$tmp/said"
test "$(cat "$tmp/said" | tr '\n' ' ')" = "good.html index.html "
report $? "nothing else is left there"

printf '\177ELF' >"$tmp/demos/odd" # no program, though it says that it is one
chmod +x "$tmp/demos/odd"
mkdir "$tmp/demos/folder"
"$lab" --out "$tmp/out" --from "$tmp/demos" bad mute odd good >"$tmp/said" 2>&1
test $? = 1
report $? "demos that fail: the status says so"
test "$(grep -c 'failed: ' "$tmp/said")" = 3 && grep -q 'bad.log' "$tmp/said" && grep -q 'this is why' "$tmp/out/bad.log"
report $? "each of them is named, and what it said is kept"
page_has 'This demo failed: exit status 3'
page_has 'This demo failed: no table'
page_has 'This demo failed: cannot run demos/odd: Exec format error'
page_has 'Good &amp; &lt;b&gt;bold&lt;/b&gt;'
refused() { # refused STATUS MESSAGE ARGUMENT...: at once, and no demo has run
	status=$1 message=$2
	shift 2
	rm -rf "$tmp/refused"
	"$lab" --out "$tmp/refused" "$@" >"$tmp/said" 2>&1
	test $? = "$status" && grep -qxF "lab: $message" "$tmp/said" && ! grep -q '^1/' "$tmp/said" && ! test -e "$tmp/refused/index.html"
	report $? "lab $(echo "$*" | sed "s,$tmp/,,g") is refused: $(echo "$message" | sed "s,$tmp/,,g")"
}
refused 2 "there is no demo 'nope' in the folder $tmp/demos" --from "$tmp/demos" good nope
grep -qx '  race, starve, philosophers, prodcons, interleave, generators, echo, httpd' "$tmp/said"
report $? "it names those that there are"
refused 2 "there is no demo 'folder' in the folder $tmp/demos" --from "$tmp/demos" folder
refused 2 "there is no demo '../demos/good' in the folder $tmp/demos" --from "$tmp/demos" ../demos/good
refused 2 "there is no demo 'good' in the folder $tmp/nowhere" --from "$tmp/nowhere" good
refused 2 "none of the demos is in the folder $tmp/nowhere" --from "$tmp/nowhere"
mkdir "$tmp/many"
for i in $(seq 33); do
	ln -s "$tmp/demos/good" "$tmp/many/d$i"
done
refused 2 "'d33' is one too many; it shows 32 demos at most" --from "$tmp/many" $(seq -f d%g 33)
"$lab" --out "$tmp/nowhere/out" --from "$tmp/demos" good >"$tmp/said" 2>&1
test $? = 1 && grep -q "cannot write to the folder '.*nowhere/out': No such file" "$tmp/said"
report $? "a folder that cannot be made"
"$lab" --out "$tmp/demos/good" --from "$tmp/demos" good >"$tmp/said" 2>&1
test $? = 1 && test "$(wc -l <"$tmp/said")" = 1
report $? "what is no folder is refused at once"
mkdir "$tmp/games"
for name in race interleave; do
	cat >"$tmp/games/$name" <<END
#!/bin/sh
test "\$1" = --play || exec "$tmp/demos/good" "\$@"
case $name in race) echo game >"\$2" ;; *) echo no room >&2; exit 2 ;; esac
END
	chmod +x "$tmp/games/$name"
done
echo old >"$tmp/out/interleave.play.html"
"$lab" --games --out "$tmp/out" --from "$tmp/games" race interleave >"$tmp/said" 2>&1 &&
	grep -q '^     as a game \.\.\. .* s$' "$tmp/said" && grep -q game "$tmp/out/race.play.html" &&
	grep -q 'src="race.play.html"' "$tmp/out/index.html" && ! test -e "$tmp/out/race.play.log"
report $? "--games: the page has the game"
grep -q 'as a game \.\.\. none; see .*/interleave.play.log$' "$tmp/said" && ! test -e "$tmp/out/interleave.play.html" &&
	grep -q 'no room' "$tmp/out/interleave.play.log"
report $? "a game that cannot be made: none is shown, and it says why"
rm -f "$tmp"/out/*.play.*
"$lab" --nonsense >"$tmp/said" 2>&1
test $? = 2 && "$lab" --help >"$tmp/said" && grep -q '^usage: lab' "$tmp/said"
report $? "help"

if test -x "$top_builddir/demos/generators"; then
	"$lab" --out "$tmp/out" generators >"$tmp/said" 2>&1 && test -s "$tmp/out/generators.html"
	report $? "a real demo, found beside the lab, with its timeline"
	grep -qF 'leaves visited in order' "$tmp/out/index.html" && grep -qF '"model":"preemptive"' "$tmp/out/generators.html"
	report $? "their texts"
fi
"$lab" --edition pupil >"$tmp/said" 2>&1
test $? = 2 && grep -q "no edition 'pupil' (student, teacher)" "$tmp/said"
report $? "an edition that is not there"

# Looked at with a real browser.
pages=$top_srcdir/tests/pages
draw=$top_builddir/tests/tools/draw
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
why=
command -v python3 >/dev/null 2>&1 || why="no python3"
test -n "$why" || (cd "$pages" && python3 -c 'import browser, sys; sys.exit(browser.program() is None)') || why="no chromium"
test -x "$draw" || why="tests/tools/draw is not built"
if test -n "$why"; then
	n=$((n + 1))
	echo "ok $n # SKIP $why"
	echo "1..$n"
	exit 0
fi
timeout -k 5 $((200 * ${CK_TIMEOUT_MULTIPLIER:-1})) python3 "$pages/lab.py" "$draw" "$lab" "$tmp" "$n"
