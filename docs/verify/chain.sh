#!/usr/bin/env bash
# Checks audit rows as GET /v1/audit gave them: every row, every link, and that none is missing between them.
#
#   chain.sh [--head HASH] PAGE...
#
# PAGE: one answer as received, oldest first. HASH: a row hash from elsewhere (a receipt's chain_head) that must be one of
# the rows; without it, rows that are missing at the end cannot be told. Needs OpenSSL 3 and jq.
# Exit code 0: holds; 1: does not; 2: wrong use.
set -euo pipefail
# shellcheck source=docs/verify/rows.sh
source "$(dirname "${BASH_SOURCE[0]}")/rows.sh"
wanted=
if [[ ${1-} == --head ]]; then wanted=${2-} && shift 2; fi
[[ $# -gt 0 ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check_pages "$@"
if [[ -n $wanted ]]; then
  grep -q "/$wanted$" <(printf '%s\n' "${!seq_of[@]}") || failed "no row has the hash $wanted"
fi
for chain in "${!head[@]}"; do
  echo "ok: $chain rows ${first_seq[$chain]}..${last_seq[$chain]}, head ${head[$chain]}"
done
echo "ok: $rows rows, $pruned pruned"
