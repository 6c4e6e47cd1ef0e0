#!/usr/bin/env bash
# Whether a sweep as a Slurm job array ends with the same bytes as one on this machine: starts a Slurm of its own on
# the loopback, which needs root and Debian's slurm-wlm and munge; says so and ends well where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

for needed in sbatch slurmctld slurmd munged setpriv; do
    if ! command -v "$needed" > /dev/null; then
        echo "skipped: no $needed here (Debian: apt-get install slurm-wlm munge)"
        exit 0
    fi
done
if [ "$(id -u)" != 0 ]; then
    echo "skipped: a Slurm of one's own needs root"
    exit 0
fi

program=$(realpath "${1:-target/release/grandstand}")
work=$(mktemp -d)
started=()
finish() {
    for process in "${started[@]}"; do
        kill "$process" 2> /dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

mkdir -p "$work/state" "$work/spool" /run/munge
chown munge:munge /run/munge
cores=$(nproc)
cat > "$work/slurm.conf" <<EOF
ClusterName=loop
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
NodeName=localhost NodeAddr=127.0.0.1 CPUs=$cores RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
EOF
export SLURM_CONF=$work/slurm.conf

setpriv --reuid munge --regid munge --clear-groups munged --foreground > "$work/munged.log" 2>&1 &
started+=($!)
sleep 1
slurmctld -D > /dev/null 2>&1 &
started+=($!)
slurmd -D -N localhost > /dev/null 2>&1 &
started+=($!)
for _ in $(seq 30); do
    sleep 1
    if sinfo --noheader --format=%t 2> /dev/null | grep -q idle; then
        break
    fi
done
sinfo

study=(tiny --vary audience.peak=10,20,30 --seeds 3)
cd "$work"
"$program" sweep "${study[@]}" --quiet --out alone
GRANDSTAND=$program "$OLDPWD/scripts/slurm-sweep.sh" 4 "${study[@]}" --out array
for _ in $(seq 120); do
    sleep 1
    if [ -z "$(squeue --noheader)" ]; then
        break
    fi
done
diff -r alone array
echo "the same: $(find array -type f | wc -l) files by a job array of 4 and by one machine"
