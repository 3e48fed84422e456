#!/bin/sh
# Runs wsdl2h on every contract, over HTTP and without credentials, and soapcpp2 on what it wrote.
# Arguments: base address, work folder, endpoints.
set -eu
base=$1
work=$2
shift 2
for endpoint in "$@"; do
  name=$(echo "$endpoint" | tr -d '/-')
  mkdir -p "$work/$name"
  wsdl2h -y -o "$work/$name/contract.h" "$base$endpoint?wsdl" >"$work/$name/log" 2>&1 || { cat "$work/$name/log" >&2; exit 1; }
  soapcpp2 -j -C -x -L -w -c++11 -I/usr/share/gsoap/import -d "$work/$name" "$work/$name/contract.h" >"$work/$name/log" 2>&1 || { cat "$work/$name/log" >&2; exit 1; }
  printf '{"contract":"%s","operations":%s}\n' "$endpoint" "$(cat "$work/$name"/soap*Proxy.h | grep -c 'virtual int send_')"
done
