#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the cases of golden/ok or golden/error. The first line of a case is the words after `mdgan`, the rest is what has
# to be printed: on standard output with status 0 (ok), or as the one line on standard error with status 1 (error),
# in which case no file may be left behind. Usage: run_golden.sh ok|error MDGAN TESTS_CLI_DIR
set -u
kind=${1:?kind} mdgan=${2:?program} here=${3:?directory}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0 n=0

fail() {
    echo "FAILED $kind/$name: $1"
    failures=$((failures + 1))
}

check_error() {
    [ "$status" -eq 1 ] || fail "status $status instead of 1"
    [ ! -s "$work/out" ] || fail "something on standard output"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "not one line on standard error"
    diff -rq "$here/data" "$work/run" || fail "files left behind"
    diff "$work/expected" "$work/err" || fail "wrong message"
}

# Word by word; numbers may differ in the last digits, which depend on the transform's code path.
same_numbers() {
    [ "$(wc -l <"$1")" -eq "$(wc -l <"$2")" ] && awk -v other="$2" '
        function number(x) { return x ~ /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/ }
        {
            getline line < other
            n = split($0, a, /[] ,]+/)
            if (split(line, b, /[] ,]+/) != n) exit 1
            for (i = 1; i <= n; i++) {
                d = a[i] - b[i]
                if (number(a[i]) && number(b[i]) ? d * d > (1e-6 + 1e-5 * a[i]) ^ 2 : a[i] != b[i]) exit 1
            }
        }' "$1"
}

check_ok() {
    [ "$status" -eq 0 ] || fail "status $status: $(cat "$work/err")"
    same_numbers "$work/expected" "$work/out" || { diff "$work/expected" "$work/out"; fail "wrong output"; }
}

for case in "$here/golden/$kind"/*.case; do
    name=$(basename "$case" .case)
    n=$((n + 1))
    rm -rf "$work/run"
    cp -r "$here/data" "$work/run"
    tail -n +2 "$case" >"$work/expected"
    (cd "$work/run" && eval "'$mdgan' $(head -n 1 "$case")") >"$work/out" 2>"$work/err"
    status=$?
    "check_$kind"
done
echo "$n cases, $failures failures"
[ "$n" -gt 0 ] && [ "$failures" -eq 0 ]
