#!/usr/bin/env bash
# What the scenario `million` costs at growing audiences, a process a size so that memory is its own:
#   scripts/growth.sh 1000 10000 100000 1000000 > docs/growth.csv
# and then the chart: cargo run --release --example growth_chart -- docs/growth.csv docs/images "the machine"
set -euo pipefail
cd "$(dirname "$0")/.."

sizes=("$@")
[ ${#sizes[@]} -gt 0 ] || sizes=(1000 3000 10000 30000 100000 300000 1000000)
cargo build --quiet --release --bench whole_run >&2
echo "viewers,events,peer_seconds,cpu_s,million_peer_seconds_per_cpu_s,peak_memory_mb,digest"
for size in "${sizes[@]}"; do
    cargo bench --quiet --bench whole_run -- "$size" | awk 'NR > 1 { gsub(/ +/, ","); sub(/^,/, ""); print }'
done
