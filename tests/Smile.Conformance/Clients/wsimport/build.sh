#!/bin/sh
# Compiles a program with the classes that wsimport wrote. Arguments: class path, folder of the sources, folder for the classes,
# source file, endpoints.
set -eu
libraries=$1
sources=$2
classes=$3
program=$4
shift 4
mkdir -p "$classes"
for endpoint in "$@"; do
  # The data classes are the same for every endpoint; what differs is the endpoint's own.
  find "$sources/$endpoint" -name '*.java' >"$classes/$endpoint.sources"
  javac -nowarn -proc:none -cp "$libraries" -d "$classes" "@$classes/$endpoint.sources"
done
javac -nowarn -proc:none -cp "$libraries:$classes" -d "$classes" "$program"
