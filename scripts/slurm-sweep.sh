#!/usr/bin/env bash
# A sweep as a Slurm job array, and the merge of its shards when all are done:
#
#   scripts/slurm-sweep.sh 8 live_sport --vary audience.peak=5000,10000,20000 --seeds 10
#
# runs eight tasks, each a share of the runs on the cores that Slurm gives it, and then puts them together in the
# folder that they share. A task that is requeued goes on where it was. More wishes for sbatch stand in SBATCH_OPTIONS,
# as in SBATCH_OPTIONS='--time=2:00:00 --cpus-per-task=16 --partition=long'.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "usage: $0 SHARDS SCENARIO [options of grandstand sweep]" >&2
    exit 2
fi
shards=$1
shift
program=${GRANDSTAND:-grandstand}
out=results/$(basename "$1" .toml)/sweep
arguments=("$@")
for place in "${!arguments[@]}"; do
    if [ "${arguments[$place]}" = --out ]; then
        out=${arguments[$((place + 1))]:?--out needs a folder}
    fi
done

# What is wrong with a point is told here, and not by every task.
"$program" sweep "$@" --dry-run

read -ra options <<< "${SBATCH_OPTIONS:-}"
quoted=$(printf ' %q' "$program" sweep "$@")
array=$(sbatch --parsable --job-name=grandstand --array="0-$((shards - 1))" "${options[@]}" <<EOF
#!/usr/bin/env bash
exec$quoted --quiet --shard "\$SLURM_ARRAY_TASK_ID/$shards" --jobs "\${SLURM_CPUS_PER_TASK:-1}"
EOF
)
# The array's number comes first where a cluster's name follows.
array=${array%%;*}
merge=$(sbatch --parsable --job-name=grandstand-merge --dependency="afterok:$array" \
    --kill-on-invalid-dep=yes "${options[@]}" <<EOF
#!/usr/bin/env bash
exec$(printf ' %q' "$program" merge "$out")
EOF
)
echo "array $array with $shards tasks, then merge ${merge%%;*}; results in $out"
