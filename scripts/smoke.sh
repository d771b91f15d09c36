#!/usr/bin/env bash
# Five calls of a deployment: smoke.sh ENDPOINT PATH. With TOKEN in the environment, a good token is tried, too.
set -uo pipefail
endpoint=${1:?smoke.sh ENDPOINT PATH} path=${2:?smoke.sh ENDPOINT PATH}
failed=0

expect() { # STATUS WHAT; the rest goes to curl, with headers from standard input
  local wanted=$1 what=$2 got
  shift 2
  got=$(curl -sS -o /dev/null -w '%{http_code}' --max-time 60 -H @- "$@") || got=none
  if [ "$got" = "$wanted" ]; then echo "ok   $got $what"; else echo "FAIL $got $what, not $wanted"; failed=1; fi
}

expect 200 'health, without a token' "$endpoint/health" < /dev/null
expect 401 'no token' "$endpoint$path" < /dev/null
expect 401 'a token that is none' "$endpoint$path" <<< 'Authorization: Bearer garbage'
expect 404 'a path without a route' "$endpoint/no-such-route" < /dev/null
if [ -n "${TOKEN:-}" ]; then
  expect 200 'a good token' "$endpoint$path" <<< "Authorization: Bearer $TOKEN"
else
  echo 'skip     a good token: set TOKEN'
fi
exit "$failed"
