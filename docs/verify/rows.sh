# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by chain.sh, span.sh and unseal.sh: checks audit rows with jq and OpenSSL 3.

failed() { echo "FAILED: $1" >&2; exit 1; }
sha256() { openssl dgst -sha256 -r | cut -c1-64; }

none_before=$(printf '0%.0s' {1..64})
# jq writes U+007F as an escape, and RFC 8785 as itself; an even number of backslashes before it are characters.
no_escaped_delete() { perl -pe 's/(?<!\\)((?:\\\\)*)\\u007f/$1\x7f/g'; }

# read_page FILE: each row of an answer as received, as three lines: what of it is needed here, separated by tabs; its core;
# its envelope. The page must be canonical JSON, as the server sent it, so what jq makes of it has the bytes that were
# hashed.
read_page() {
  jq -cS . "$1" | no_escaped_delete | head -c -1 | cmp -s - "$1" ||
    failed "$1 is not the answer as it was received: it is not canonical JSON"
  jq -r '
    def members: ["v", "seq", "ts", "tenant_id", "app_id", "key_id", "method", "route", "http_status", "status", "model",
      "prompt_tokens", "completion_tokens", "total_tokens", "latency_ms", "schema_enforced", "live_search", "package_id",
      "detail", "rev", "signer_kid", "sealed", "sealed_content", "content_hash", "prev_hash", "row_hash"] | sort;
    .rows[]
    | if keys == members and .v == 1 and all(.. | numbers; . == floor and . >= 0 and . < 9007199254740992) then .
      else error("row \(.seq) has not the members of a row") end
    | ([.seq, .ts, .tenant_id, .app_id, .prev_hash, .row_hash, .sealed, .content_hash // "-", .sealed_content != null]
       | @tsv), (del(.sealed_content, .row_hash) | tojson), (.sealed_content | tojson)' "$1" | no_escaped_delete
}

# One row by itself, out of the variables that check_pages sets.
check_row() {
  [[ $(printf %s "$core" | sha256) == "$row_hash" ]] || failed "$name was changed: its core does not have its row_hash"
  local has_content=true
  [[ $content_hash != - ]] || has_content=false
  [[ $sealed == "$has_content" ]] || failed "$name does not agree with itself on whether it is sealed"
  if [[ $has_envelope == false ]]; then
    [[ $sealed == false ]] || pruned=$((pruned + 1))
  else
    [[ $sealed == true && $(printf %s "$envelope" | sha256) == "$content_hash" ]] ||
      failed "$name has another envelope than it was written with"
  fi
}

# check_pages PAGE...: every row, and that none is missing between those of a chain. Leaves behind what the chains are;
# calls use_row for each row, in whose variables it stands.
declare -A first_seq first_prev last_seq last_ts head seq_of
rows=0 pruned=0
check_pages() {
  local page
  for page in "$@"; do
    read_page "$page" >"$work/rows" || failed "$page is no answer of GET /v1/audit"
    while IFS=$'\t' read -r seq ts tenant app prev_hash row_hash sealed content_hash has_envelope &&
      IFS= read -r core && IFS= read -r envelope; do
      chain=$tenant/$app name="row $seq of $tenant/$app"
      check_row
      if [[ -z ${head[$chain]-} ]]; then
        # A slice that starts later is held to its own first prev_hash, for want of the row before.
        first_seq[$chain]=$seq first_prev[$chain]=$prev_hash
        [[ $seq -ne 1 || $prev_hash == "$none_before" ]] || failed "$name does not follow the row before it"
      else
        [[ $seq -eq $((last_seq[$chain] + 1)) ]] || failed "$name stands where row $((last_seq[$chain] + 1)) belongs"
        [[ $prev_hash == "${head[$chain]}" ]] || failed "$name does not follow the row before it: another prev_hash"
        [[ ! $ts < ${last_ts[$chain]} ]] || failed "$name is earlier than the row before it"
      fi
      last_seq[$chain]=$seq last_ts[$chain]=$ts head[$chain]=$row_hash seq_of[$chain/$row_hash]=$seq
      rows=$((rows + 1))
      use_row
    done <"$work/rows"
  done
}
use_row() { :; }
