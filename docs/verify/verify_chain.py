"""Checks audit rows as GET /v1/audit gave them: every row, every link, and that none is missing between them.

    verify_chain.py [--head HASH] PAGE...

PAGE: one answer as received, oldest first. HASH: a row hash from elsewhere (a receipt's chain_head) that must be one of
the rows; without it, rows that are missing at the end cannot be told. Exit code 0: holds; 1: does not; 2: wrong use."""

import argparse
import hashlib
import json

from verify_receipt import Failed, run

NONE_BEFORE = "0" * 64
MEMBERS = set("""v seq ts tenant_id app_id key_id method route http_status status model prompt_tokens completion_tokens
    total_tokens latency_ms schema_enforced live_search package_id detail rev signer_kid sealed sealed_content
    content_hash prev_hash row_hash""".split())


def canonical(value):
    """RFC 8785 for what rows hold: null, booleans, integers in 0..2^53-1, strings, arrays, objects."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and 0 <= value < 2**53:
        return str(value)
    if isinstance(value, str):
        # Escapes what the RFC says and nothing more: quote, backslash, and control characters in their short forms.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        # Member names in the order of their UTF-16 code units.
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    raise Failed(f"{value!r} is no value of a row")


def canonical_hash(value):
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def read_page(path):
    """The rows of one answer. The server sends canonical JSON, so anything else was edited (or holds a name twice)."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    page = json.loads(text)
    if canonical(page) != text:
        raise Failed(f"{path} is not the answer as it was received: it is not canonical JSON")
    return page["rows"]


def check_row(row):
    """A row by itself. False where it is pruned: its envelope was erased, which its hash does not notice."""
    if set(row) != MEMBERS or row["v"] != 1:
        raise Failed("has not the members of a row")
    core = {name: value for name, value in row.items() if name not in ("sealed_content", "row_hash")}
    if canonical_hash(core) != row["row_hash"]:
        raise Failed("was changed: its core does not have its row_hash")
    if row["sealed_content"] is None:
        if row["sealed"] != (row["content_hash"] is not None):
            raise Failed("does not agree with itself on whether it is sealed")
        return not row["sealed"]
    if not row["sealed"] or canonical_hash(row["sealed_content"]) != row["content_hash"]:
        raise Failed("has another envelope than it was written with")
    return True


def check_chains(rows):
    """Every chain among the rows as {(tenant, app): its rows}, each without a gap; and the number of pruned rows."""
    chains, pruned = {}, 0
    for row in rows:
        try:
            pruned += not check_row(row)
            chain = chains.setdefault((row["tenant_id"], row["app_id"]), [])
            if chain:
                seq, prev_hash = chain[-1]["seq"] + 1, chain[-1]["row_hash"]
                if row["ts"] < chain[-1]["ts"]:
                    raise Failed("is earlier than the row before it")
            else:
                # A slice that starts later is held to its own first prev_hash, for want of the row before.
                seq, prev_hash = row["seq"], NONE_BEFORE if row["seq"] == 1 else row["prev_hash"]
            if row["seq"] != seq:
                raise Failed(f"stands where row {seq} belongs")
            if row["seq"] < 1 or row["prev_hash"] != prev_hash:
                raise Failed("does not follow the row before it: another prev_hash")
            chain.append(row)
        except Failed as error:
            raise Failed(f"row {row.get('seq')} of {row.get('tenant_id')}/{row.get('app_id')} {error}") from error
    return chains, pruned


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--head")
    parser.add_argument("pages", nargs="+")
    options = parser.parse_args()
    rows = [row for path in options.pages for row in read_page(path)]
    if options.head and options.head not in [row["row_hash"] for row in rows]:
        raise Failed(f"no row has the hash {options.head}")
    chains, pruned = check_chains(rows)
    for (tenant, app), chain in chains.items():
        print(f"ok: {tenant}/{app} rows {chain[0]['seq']}..{chain[-1]['seq']}, head {chain[-1]['row_hash']}")
    print(f"ok: {len(rows)} rows, {pruned} pruned")


if __name__ == "__main__":
    run(main)
