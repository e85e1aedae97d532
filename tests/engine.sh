#!/usr/bin/env bash
# A Docker engine of the tests' own, without a registry: `tests/engine.sh start` installs from Debian's packages what is
# missing, makes the images that tests build on, and starts the engine if it does not answer; `stop` ends it.
# What takes long to make lies in a cache folder and is used again.
set -euo pipefail

cache=${NSTACK_TESTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nstack-tests}/engine
run=${TMPDIR:-/tmp}/nstack-engine
wheels=(msgspec nats-py 'uvicorn[standard]' cronsim tzdata prometheus-client six)
mkdir -p "$cache" "$run"
export DOCKER_HOST=unix://$run/docker.sock

answers() { docker version >/dev/null 2>&1; }

install() {
  command -v dockerd >/dev/null && command -v docker >/dev/null && command -v debootstrap >/dev/null && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "dockerd has to be installed by hand, and started by root" >&2
    return 1
  fi
  apt-get -qq update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends \
    docker.io containerd runc iptables debootstrap >/dev/null
  # Later distributions have the client in a package of its own.
  command -v docker >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends docker-cli >/dev/null
}

# The file system that images begin with: Debian's Python, and the machine's certificate authorities.
base() {
  [ -f "$cache/base.tar" ] && return
  local root=$cache/rootfs
  if [ ! -f "$root/usr/bin/busybox" ]; then
    rm -rf "$root"
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,busybox-static \
      bookworm "$root" >"$cache/debootstrap.log" 2>&1
  fi
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  # Of the same minor version as Debian's: what is installed is looked for here first.
  mkdir -p "$root/wheels"
  chroot "$root" python3 --version >"$root/wheels/python"
  local python=python3
  "$python" -m pip --version >/dev/null 2>&1 || python=$(dirname "$0")/../.venv/bin/python
  "$python" -m pip download -qq --dest "$root/wheels" --python-version 3.11 --implementation cp --only-binary=:all: "${wheels[@]}"
  tar -C "$root" -c . >"$cache/base.part"
  mv "$cache/base.part" "$cache/base.tar"
  rm -rf "$root"
}

images() {
  docker image inspect localhost/nats:1 >/dev/null 2>&1 && return
  docker import \
    --change 'ENV PIP_FIND_LINKS=/wheels PIP_NO_INDEX=1 PIP_CERT=/etc/ssl/certs/ca-certificates.crt' \
    --change 'CMD ["python3"]' "$cache/base.tar" localhost/base:1 >/dev/null
  local context=$run/nats
  mkdir -p "$context"
  cp "$(command -v nats-server)" "$context/"
  printf '%s\n' 'FROM localhost/base:1' 'COPY nats-server /usr/local/bin/' 'RUN ln -s busybox /bin/wget' \
    'ENTRYPOINT ["nats-server"]' >"$context/Dockerfile"
  docker build -q -t localhost/nats:1 "$context" >/dev/null
  rm -rf "$context"
}

start() {
  answers || engine
  # What tests have built is kept for a while, since most layers come again.
  docker image prune --all --force --filter until=48h >/dev/null
  images
}

engine() {
  install
  command -v nats-server >/dev/null || "$(dirname "$0")/services.sh" nats
  base
  # Without the surroundings of whoever asks first: it outlives them.
  (setsid env -i PATH="$PATH" HOME=/root dockerd --data-root "$cache/data" --exec-root "$run/exec" -p "$run/pid" \
    -H "$DOCKER_HOST" --default-ulimit nofile=4096:4096 --default-ulimit nproc=4096:4096 \
    --storage-driver overlay2 >"$run/log" 2>&1 </dev/null &)
  for _ in $(seq 150); do answers && return; sleep 0.2; done
  tail -n 5 "$run/log" >&2
  echo "dockerd does not answer at $DOCKER_HOST" >&2
  return 1
}

stop() {
  [ -f "$run/pid" ] || return 0
  local pid
  pid=$(cat "$run/pid")
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.2; done
  echo "dockerd, process $pid, does not end" >&2
  return 1
}

# One at a time: what is half-made is not used by another.
exec 9>"$run/lock"
flock 9
case ${1:-start} in
  start) start 9>&- ;;
  stop) stop ;;
  install) install; exit ;;
  *) echo "engine.sh install | start | stop" >&2; exit 2 ;;
esac
echo "DOCKER_HOST=$DOCKER_HOST"
