#!/bin/sh
# Compiles a program with the code that gSOAP makes of some contracts together; keeps what was built before.
# Arguments: base address, build folder, source file, endpoints.
set -eu
base=$1
build=$2
source=$3
shift 3
[ -x "$build/program" ] && exit 0
mkdir -p "$build"
addresses=
for endpoint in "$@"; do addresses="$addresses $base$endpoint?wsdl"; done
{
  # shellcheck disable=SC2086
  wsdl2h -y -o "$build/contract.h" $addresses
  cp "$source" "$build/program.cpp"
  cd "$build"
  soapcpp2 -j -C -x -L -w -c++11 -I/usr/share/gsoap/import contract.h
  g++ -std=c++11 -O0 -w -o program.new program.cpp soapC.cpp soap*Proxy.cpp -lgsoap++
  mv program.new program
} >"$build/log" 2>&1 || { tail -n 50 "$build/log" >&2; exit 1; }
