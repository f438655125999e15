"""Checks that between two receipts kept from different days no row of the chain is missing or changed.

    verify_span.py --from HEADERS --to HEADERS --keys KEYS PAGE...

HEADERS: an answer's headers as curl -D wrote them; KEYS: the answer of GET /attestation/keys; PAGE: answers of
GET /v1/audit as received, oldest first. Exit code 0: holds; 1: does not; 2: wrong use."""

import argparse

from verify_chain import NONE_BEFORE, check_chains, read_page
from verify_receipt import Failed, header, read_token, run


def position(chain, head):
    """How many rows the chain had when `head` was its last row's hash; None where it never was."""
    if head == NONE_BEFORE and chain[0]["seq"] == 1 or head == chain[0]["prev_hash"]:
        return chain[0]["seq"] - 1
    return next((row["seq"] for row in chain if row["row_hash"] == head), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", required=True)
    parser.add_argument("--to", dest="last", required=True)
    parser.add_argument("--keys", required=True)
    parser.add_argument("pages", nargs="+")
    options = parser.parse_args()
    first, last = (read_token(header(path, "X-Cogos-Attestation"), options.keys)
                   for path in (options.first, options.last))
    chains, pruned = check_chains([row for path in options.pages for row in read_page(path)])
    for (tenant, app), chain in chains.items():
        start, end = position(chain, first["chain_head"]), position(chain, last["chain_head"])
        if start is None or end is None:
            continue
        if end < start or last["ts"] < first["ts"]:
            raise Failed("the chain was shorter at the later receipt than at the earlier one")
        print(f"ok: {tenant}/{app} rows {start + 1}..{end} are all there ({end - start} rows; {pruned} pruned in all)")
        return
    raise Failed("no chain among these rows holds the chain heads of both receipts")


if __name__ == "__main__":
    run(main)
