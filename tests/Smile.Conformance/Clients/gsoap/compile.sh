#!/bin/sh
# Has the compiler check what contracts.sh wrote, each contract's code by itself; machine code of it would be run by nobody. Argument:
# work folder.
set -eu
cd "$1"
find . -name 'soapC.cpp' -o -name 'soap*Proxy.cpp' | xargs -P "$(nproc)" -I {} sh -c 'cd "$(dirname {})" && g++ -std=c++11 -fsyntax-only -w "$(basename {})" 2>"$(basename {}).errors" || { head -n 20 "$(basename {}).errors" >&2; exit 255; }'
