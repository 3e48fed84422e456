# Private PostgreSQL and ActiveMQ in a local data folder, from Debian's packages. Sourced by ./smile.

debian_packages="postgresql activemq libactivemq-java default-jre-headless"

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

is_running() {
  [ -s "$1" ] && kill -0 "$(head -n 1 "$1")" 2>/dev/null
}

start_postgres() {
  local folder=$1 bin data
  bin=$(postgres_bin)
  data=$folder/postgres
  if [ ! -f "$data/PG_VERSION" ]; then
    mkdir -p "$data"
    chmod 700 "$data"
    [ "$(id -u)" = 0 ] && chown postgres:postgres "$data"
    as_postgres "$bin/initdb" -D "$data" -U smile --auth=trust --encoding=UTF8 --locale=C >/dev/null
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
}

stop_postgres() {
  local folder=$1
  [ -f "$folder/postgres/PG_VERSION" ] && (cd / && as_postgres "$(postgres_bin)/pg_ctl" -D "$folder/postgres" -m fast -w stop >/dev/null 2>&1) || true
}

start_activemq() {
  local folder=$1 base
  base=$folder/activemq
  mkdir -p "$base"
  is_running "$base/broker.pid" && return 0
  free_port 61616 > "$folder/activemq.port"
  free_port 61716 > "$folder/stomp.port"
  [ -s "$folder/activemq.password" ] || head -c 18 /dev/urandom | base64 | tr '+/' 'ab' > "$folder/activemq.password"
  chmod 600 "$folder/activemq.password"
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
  setsid java -Xmx256m -Dactivemq.home=/usr/share/activemq -Dactivemq.base="$base" -Dactivemq.conf="$base" -Dactivemq.data="$base/data" -Djava.io.tmpdir="$base" \
    -jar /usr/share/activemq/bin/activemq.jar start "xbean:file:$base/broker.xml" > "$base/broker.log" 2>&1 < /dev/null &
  echo $! > "$base/broker.pid"
  wait_for_port "$(cat "$folder/activemq.port")" 60 || { echo "ActiveMQ did not start; see $base/broker.log" >&2; return 1; }
}

stop_process() {
  local pid
  [ -s "$1" ] || return 0
  pid=$(head -n 1 "$1")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 600); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
  rm -f "$1"
}
