#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Every command explains itself and is mentioned in the overview and the README. Usage: check_help.sh MDGAN SOURCE_DIR
set -u
mdgan=$1 failures=0
commands=$(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$2/cli/commands.def")
[ -n "$commands" ] || failures=1
for command in $commands; do
    "$mdgan" help | grep -q "^  $command " || { echo "$command is not in the overview"; failures=1; }
    "$mdgan" help "$command" | grep -q "^usage: mdgan $command " || { echo "no help on $command"; failures=1; }
    cmp -s <("$mdgan" help "$command") <("$mdgan" "$command" --help) || { echo "$command --help differs"; failures=1; }
    grep -q "mdgan $command" "$2/README.md" || { echo "README.md does not mention mdgan $command"; failures=1; }
done
"$mdgan" --version | grep -qE '^mdgan [0-9]+\.[0-9]+\.[0-9]+$' || { echo "no version"; failures=1; }
"$mdgan" >/dev/null 2>&1 && { echo "no command is not an error"; failures=1; }
exit $failures
