#!/usr/bin/env bash
# What a change did to the figures: sweeps a scenario with two revisions of this repository and compares them, seed by
# seed. The exit status is that of `grandstand compare`: 1 when something is worse.
#
#   scripts/compare-revisions.sh main HEAD tiny --seeds 10
#
# Each revision is built in a worktree of its own; its runs are kept in results/revisions/COMMIT, so that a revision
# is run once. What is not committed is not built.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 3 ]; then
    echo "usage: $0 OLD NEW SCENARIO [options of grandstand sweep]" >&2
    exit 2
fi
old=$(git rev-parse --short "$1^{commit}")
new=$(git rev-parse --short "$2^{commit}")
shift 2
root=$PWD
export CARGO_TARGET_DIR=$root/target/revisions

sweep() {
    local commit=$1
    shift
    local tree
    tree=$(mktemp -d)
    git worktree add --quiet --detach "$tree" "$commit"
    (cd "$tree" && cargo build --quiet --release)
    git worktree remove --force "$tree"
    "$CARGO_TARGET_DIR/release/grandstand" sweep "$@" --quiet --out "$root/results/revisions/$commit"
}

sweep "$old" "$@"
sweep "$new" "$@"
"$CARGO_TARGET_DIR/release/grandstand" compare "results/revisions/$old" "results/revisions/$new"
