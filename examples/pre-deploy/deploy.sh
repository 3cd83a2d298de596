#!/bin/sh
# Deploys only after a backup that was verified, and says how to go back if the deployment fails.
#
#   DATABASE_URL=postgresql://… BACKUPS=s3://shop-backups/production ./deploy.sh ./migrate-and-restart
#
# BACKUPS may be a directory as well.
set -eu

# Any exit code but 0 (no backup, not verified, suspect, another run under way) ends it here: nothing is deployed.
holdfast backup --to "$BACKUPS" --label pre-deploy --json > backup-receipt.json

if ! "$@"; then
  echo 'The deployment failed. This brings the database as it was before into an empty one:' >&2
  node -p 'JSON.parse(fs.readFileSync("backup-receipt.json", "utf8")).restoreCommand' >&2
  exit 1
fi
