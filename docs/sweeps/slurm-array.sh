#!/bin/bash
# A sweep as an array of Slurm jobs: each does its share of the runs, and what depends on them all merges.
#
#   sbatch --array=1-16 --export=ALL,SCENARIO=$PWD/scenarios/degree.yaml,OUT=$SCRATCH/degree docs/sweeps/slurm-array.sh
#   sbatch --dependency=afterany:JOBID --wrap "npm run merge -- $SCRATCH/degree --force"
#
# Submit it in the project's folder, which all nodes have to see, with `npm ci` done. Submit it again when some jobs
# failed or ran out of time: runs that are finished are kept.
#SBATCH --job-name=relaywave
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
set -euo pipefail

node simulator/cli/relaywave.mjs sweep "${SCENARIO:?}" \
  --shard "${SLURM_ARRAY_TASK_ID:?}/${SLURM_ARRAY_TASK_COUNT:?}" \
  --out "${OUT:?}" --resume
