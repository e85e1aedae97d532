#!/usr/bin/env bash
# The servers that tests talk to: installs from Debian's packages what is missing, and starts what does not answer.
# Does nothing where they run already. One function a service; `tests/services.sh postgres` starts that one alone.
set -euo pipefail

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# install COMMAND PACKAGE…
install() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "$1 has to be installed by hand" >&2
    return 1
  fi
  shift
  apt-get -qq update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$@" >/dev/null
}

# At 127.0.0.1:5432, in a folder of its own, for whoever asks from this machine: the tests drop what they make.
postgres() {
  answers 5432 && return
  if ! command -v pg_ctlcluster >/dev/null; then
    install pg_ctlcluster postgresql
    # Installing may have started a cluster of Debian's own, which asks for passwords.
    pg_lsclusters -h | while read -r version name _; do pg_ctlcluster "$version" "$name" stop 2>/dev/null || true; done
  fi
  local bin folder=${TMPDIR:-/tmp}/nstack-postgres
  bin=$(dirname "$(find /usr/lib/postgresql -name initdb | sort -V | tail -n 1)")
  local as=(env)
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/); fi
  if [ ! -f "$folder/PG_VERSION" ]; then
    mkdir -p "$folder"
    if [ "$(id -u)" = 0 ]; then chown postgres: "$folder"; fi
    (cd / && "${as[@]}" "$bin/initdb" -D "$folder" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null)
  fi
  (cd / && "${as[@]}" "$bin/pg_ctl" -D "$folder" -l "$folder/log" -w -s \
    -o "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" start)
}

# At 127.0.0.1:5672 with the user guest. It takes a while to answer.
rabbitmq() {
  answers 5672 && return
  install rabbitmq-server rabbitmq-server
  answers 5672 || service rabbitmq-server start >/dev/null 2>&1 || rabbitmq-server -detached
  for _ in $(seq 120); do answers 5672 && return; sleep 0.5; done
  echo "RabbitMQ does not answer at 127.0.0.1:5672" >&2
  return 1
}

# At 127.0.0.1:4222, with JetStream in a folder of its own.
nats() {
  answers 4222 && return
  install nats-server nats-server
  local folder=${TMPDIR:-/tmp}/nstack-nats
  mkdir -p "$folder"
  (setsid nats-server -a 127.0.0.1 -p 4222 -js -sd "$folder" >"$folder/log" 2>&1 </dev/null &)
  for _ in $(seq 50); do answers 4222 && return; sleep 0.1; done
  echo "NATS does not answer at 127.0.0.1:4222" >&2
  return 1
}

# At 127.0.0.1:6379; nothing is kept on disk.
redis() {
  answers 6379 && return
  install redis-server redis-server
  answers 6379 && return
  (setsid redis-server --bind 127.0.0.1 --port 6379 --save "" >/dev/null 2>&1 </dev/null &)
  for _ in $(seq 50); do answers 6379 && return; sleep 0.1; done
  echo "Redis does not answer at 127.0.0.1:6379" >&2
  return 1
}

# At 127.0.0.1:1883, without a login.
mqtt() {
  answers 1883 && return
  install mosquitto mosquitto
  answers 1883 && return
  local conf=${TMPDIR:-/tmp}/nstack-mosquitto.conf
  printf 'listener 1883 127.0.0.1\nallow_anonymous true\n' >"$conf"
  (setsid "$(command -v mosquitto || echo /usr/sbin/mosquitto)" -c "$conf" >/dev/null 2>&1 </dev/null &)
  for _ in $(seq 50); do answers 1883 && return; sleep 0.1; done
  echo "Mosquitto does not answer at 127.0.0.1:1883" >&2
  return 1
}

if [ $# = 0 ]; then set -- postgres rabbitmq nats redis mqtt; fi
for service in "$@"; do "$service"; done
