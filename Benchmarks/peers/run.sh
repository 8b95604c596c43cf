#!/bin/bash
# Compares tocsin with other engines on the same input: run.sh [rules|slow|windows|scale|many|cold|memory|all]
#
#   PEERS   the folder of the comparison kit: compare.sh, pair.py, rulegen.py, and a setup.sh that has been run
#   WORK    where its setup.sh put data and peers
#   TOCSIN  the binary that is measured; .build/release/tocsin where it is not set
#   ROUNDS  how often each command runs, in turn; the kit takes medians and ratios of one round
#
# CPU seconds on one core count, since a machine may be shared. The last line that each engine prints holds its
# number of matches, and the numbers have to agree.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${PEERS:?the folder of the comparison kit}" "${WORK:?the folder of its data}"
TOCSIN=${TOCSIN:-$here/../../.build/release/tocsin}
ROUNDS=${ROUNDS:-3}
export WORK ROUNDS

mkdir -p "$WORK/product-policies"
for n in 1 10 50 100 500 1000; do
  [ -f "$WORK/rules$n.json" ] || continue
  rm -rf "$WORK/product-$n"
  python3 "$here/neutral_rules.py" plain "$WORK/rules$n.json" "$WORK/product-$n"
done
over_time() {
  rm -rf "$WORK/product-$1"
  python3 "$here/neutral_rules.py" windows "$WORK/product-$1" "${@:2}"
}
over_time windows
over_time windows-10 10
over_time windows-apart 10 apart

count="$TOCSIN audit --count --policies $WORK/product-policies"
export PRODUCT_STREAM="$count --rules $WORK/product-\$2 --input \$1"
export PRODUCT_WINDOWS="$count --rules $WORK/product-windows --input \$1 2>/dev/null"

pair() { (cd "$WORK" && python3 "$PEERS/pair.py" --rounds "$ROUNDS" --json "$WORK/results.jsonl" "$@"); }

# 1,000 rules against 100 over the same million activities.
scale() {
  pair --label "tocsin: 1000 rules against 100, 1M events" --events 1000000 \
    "tocsin-100=$count --rules product-100 --input rest-1m.ndjson" \
    "tocsin-1000=$count --rules product-1000 --input rest-1m.ndjson" \
    "tocsin-report-100=$TOCSIN audit --policies product-policies --rules product-100 --input rest-1m.ndjson"
}

# A hundred rules over time against ten: ten times the same ten, which share their memory, and ten times others.
many() {
  pair --label "tocsin: 100 windowed rules against 10, 1M events" --events 1000000 \
    "tocsin-10=$count --rules product-windows --input rest-1m.ndjson 2>/dev/null" \
    "tocsin-100-shared=$count --rules product-windows-10 --input rest-1m.ndjson 2>/dev/null" \
    "tocsin-100-apart=$count --rules product-windows-apart --input rest-1m.ndjson 2>/dev/null"
}

# One activity: what it costs to start. Wall clock counts here.
cold() {
  pair --label "cold start: 100 rules, 1 event" "jq=jq -c -f jq100.jq one.ndjson | wc -l" \
    "tocsin=$count --rules product-100 --input one.ndjson"
}

# Peak memory over one and ten million activities; the kit's generate.py writes the larger file, with
# `events --shape compact --events 10000000`.
memory() {
  pair --label "memory: 1M and 10M events, 100 rules" \
    "tocsin-1m=$count --rules product-100 --input compact-1m.ndjson" \
    "tocsin-10m=$count --rules product-100 --input compact-10m.ndjson"
}

case ${1:-all} in
  rules | slow | windows) "$PEERS/compare.sh" "$1" ;;
  scale | many | cold | memory) "$1" ;;
  all) for part in rules slow windows; do "$PEERS/compare.sh" "$part"; done; scale; many; cold ;;
  *) sed -n '2,10p' "$0"; exit 2 ;;
esac
