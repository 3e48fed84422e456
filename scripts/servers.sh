# Private PostgreSQL and ActiveMQ in a local data folder, from Debian's packages. Sourced by ./smile.

debian_packages="postgresql activemq libactivemq-java default-jre-headless fonts-noto-core fonts-noto-cjk"

postgres_bin() {
  ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

# Installs what is missing where that is possible, or says the command.
install_packages() {
  local missing
  missing=$(for package in "$@"; do dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"; done)
  [ -z "$missing" ] && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $(echo $missing) …"
    # Debian's packages would start servers of their own: ours are private ones.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
  else
    echo "Missing packages. Install them and try again:" >&2
    echo "  sudo apt-get install --no-install-recommends $(echo $missing)" >&2
    return 1
  fi
}

free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

wait_for_port() {
  local port=$1 seconds=$2 tries=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -gt $((seconds * 20)) ] && return 1
    sleep 0.05
  done
}

# PostgreSQL refuses to run as root: there it runs as the package's user.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi
}

random_password() {
  head -c 18 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

# What the system says of a process, behind its name: 1 is its state.
process_field() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f"$2"
}

# When a process began, in ticks since the machine did: with its number, what tells it from a later one of the same number.
process_start() {
  process_field "$1" 20
}

remember_process() {
  printf '%s\n%s\n' "$2" "$(process_start "$2")" > "$1"
}

# Whether the process of a pid file runs: that one, and not another that has got its number since.
is_running() {
  local pid start
  [ -s "$1" ] || return 1
  pid=$(sed -n 1p "$1")
  start=$(sed -n 2p "$1")
  # What has died and was not reaped by anybody has a pid still.
  kill -0 "$pid" 2>/dev/null && [ "$(process_field "$pid" 1)" != Z ] && [ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ]
}

# Keeps what a log has, in five older files of 10 MB.
rotate_log() {
  local log=$1 limit=${2:-10485760} number
  [ -f "$log" ] && [ "$(stat -c %s "$log")" -ge "$limit" ] || return 0
  for number in 4 3 2 1; do [ -f "$log.$number" ] && mv "$log.$number" "$log.$((number + 1))"; done
  mv "$log" "$log.1"
}

# What the server says of its health: Healthy, Degraded or Unhealthy, with its reasons.
ask_health() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && sed '1,/^\r*$/d' <&3) 2>/dev/null
}

# Nobody else's to look into. As root, PostgreSQL's user has to get through to its own folder.
private_folder() {
  mkdir -p "$1"
  if [ "$(id -u)" = 0 ]; then chmod 711 "$1"; else chmod 700 "$1"; fi
}

start_postgres() {
  local folder=$1 bin data
  bin=$(postgres_bin)
  data=$folder/postgres
  private_folder "$folder"
  if [ ! -f "$data/PG_VERSION" ]; then
    mkdir -p "$data"
    chmod 700 "$data"
    [ "$(id -u)" = 0 ] && chown postgres:postgres "$data"
    (umask 077 && random_password > "$folder/postgres-admin.password" && random_password > "$folder/postgres.password")
    install -m 600 "$folder/postgres-admin.password" "$folder/initdb.password"
    [ "$(id -u)" = 0 ] && chown postgres:postgres "$folder/initdb.password"
    as_postgres "$bin/initdb" -D "$data" -U postgres --auth=scram-sha-256 --pwfile="$folder/initdb.password" --encoding=UTF8 --locale=C >/dev/null
    rm "$folder/initdb.password"
    {
      echo "listen_addresses = '127.0.0.1'"
      echo "unix_socket_directories = ''"
      echo "shared_buffers = 256MB"
      echo "max_connections = 200"
      echo "timezone = 'UTC'"
    } | as_postgres tee -a "$data/postgresql.conf" >/dev/null
  fi
  if ! as_postgres "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; then
    free_port 54320 > "$folder/postgres.port"
    (cd / && as_postgres "$bin/pg_ctl" -D "$data" -l "$data/server.log" -o "-p $(cat "$folder/postgres.port")" -w start >/dev/null)
  fi
  # The server's own role makes databases, and is no superuser: who has its password runs no programs.
  if [ -s "$folder/postgres.password" ] && [ ! -f "$folder/postgres.role" ]; then
    PGPASSWORD=$(cat "$folder/postgres-admin.password") "$bin/psql" -q -h 127.0.0.1 -p "$(cat "$folder/postgres.port")" -U postgres -d postgres -v ON_ERROR_STOP=1 <<SQL
CREATE ROLE smile LOGIN CREATEDB PASSWORD '$(cat "$folder/postgres.password")';
SQL
    touch "$folder/postgres.role"
  fi
}

stop_postgres() {
  local folder=$1
  [ -f "$folder/postgres/PG_VERSION" ] && (cd / && as_postgres "$(postgres_bin)/pg_ctl" -D "$folder/postgres" -m fast -w stop >/dev/null 2>&1) || true
}

start_activemq() {
  local folder=$1 base
  base=$folder/activemq
  private_folder "$folder"
  mkdir -p "$base"
  chmod 700 "$base"
  is_running "$base/broker.pid" && return 0
  free_port 61616 > "$folder/activemq.port"
  free_port 61716 > "$folder/stomp.port"
  [ -s "$folder/activemq.password" ] || (umask 077 && random_password > "$folder/activemq.password")
  cat > "$base/broker.xml" <<XML
<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="smile" dataDirectory="$base/data" useJmx="false" advisorySupport="false" schedulerSupport="false">
    <persistenceAdapter><kahaDB directory="$base/data/kahadb"/></persistenceAdapter>
    <plugins>
      <simpleAuthenticationPlugin><users><authenticationUser username="smile" password="$(cat "$folder/activemq.password")" groups="users"/></users></simpleAuthenticationPlugin>
    </plugins>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:$(cat "$folder/activemq.port")"/>
      <transportConnector name="stomp" uri="stomp://127.0.0.1:$(cat "$folder/stomp.port")"/>
    </transportConnectors>
  </broker>
</beans>
XML
  chmod 600 "$base/broker.xml"
  rotate_log "$base/broker.log"
  (umask 077 && touch "$base/broker.log")
  setsid java -Xmx256m -Dactivemq.home=/usr/share/activemq -Dactivemq.base="$base" -Dactivemq.conf="$base" -Dactivemq.data="$base/data" -Djava.io.tmpdir="$base" \
    -jar /usr/share/activemq/bin/activemq.jar start "xbean:file:$base/broker.xml" >> "$base/broker.log" 2>&1 < /dev/null &
  remember_process "$base/broker.pid" $!
  wait_for_port "$(cat "$folder/activemq.port")" 60 || { echo "ActiveMQ did not start; see $base/broker.log" >&2; return 1; }
}

stop_process() {
  local pid
  if ! is_running "$1"; then
    rm -f "$1"
    return 0
  fi
  pid=$(head -n 1 "$1")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 600); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
  rm -f "$1"
}
