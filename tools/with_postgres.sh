#!/bin/sh
# Runs a command with a private PostgreSQL on a free loopback port, and stops it
# afterwards:  with_postgres.sh [--own] COMMAND …
#
# JW_TEST_POSTGRES names it (a connection string), JW_TEST_PGCTL a program that takes
# start, stop or kill. Where JW_TEST_POSTGRES is set already the command runs on that
# one, unless --own asks for one that may be stopped. Root hands over to user postgres.
# Without PostgreSQL on the machine the command runs all the same, and says so.
[ "$1" = --own ] && { own=1; shift; }
[ -n "$JW_TEST_POSTGRES" ] && [ -z "$own" ] && exec "$@"
bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}
[ -x "$bin/initdb" ] || { echo "no PostgreSQL here: only SQLite is tested" >&2; exec "$@"; }

dir=$(mktemp -d)
as=
[ "$(id -u)" = 0 ] && { chown postgres "$dir"; as="setpriv --reuid=postgres --regid=postgres --clear-groups"; }
trap '$as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
$as "$bin/initdb" -D "$dir/data" -A trust -U jingwei -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
for try in 1 2 3 4 5 6 7 8; do
    port=$((20000 + ($$ * 37 + try * 911) % 10000)) # taken: PostgreSQL does not start, try the next
    printf '#!/bin/sh\ncase $1 in\nstart) exec %s "%s/pg_ctl" -D "%s/data" -w -l "%s/data/log" -o "-c listen_addresses=127.0.0.1 -c port=%s -c unix_socket_directories= -c fsync=off -c full_page_writes=off" start ;;\nstop) exec %s "%s/pg_ctl" -D "%s/data" -m fast -w stop ;;\nkill) exec %s "%s/pg_ctl" -D "%s/data" -m immediate -w stop ;;\nesac\n' \
        "$as" "$bin" "$dir" "$dir" "$port" "$as" "$bin" "$dir" "$as" "$bin" "$dir" >"$dir/ctl"
    chmod +x "$dir/ctl"
    "$dir/ctl" start >/dev/null 2>&1 </dev/null && break
    port=
done
[ -n "$port" ] || { echo "PostgreSQL did not start"; cat "$dir/data/log"; exit 1; }
cd - >/dev/null || exit 1
JW_TEST_POSTGRES="postgresql://jingwei@127.0.0.1:$port/postgres" JW_TEST_PGCTL="$dir/ctl" "$@"
