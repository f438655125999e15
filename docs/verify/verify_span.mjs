// The twin of verify_span.py: between two receipts kept from different days no row of the chain is missing or changed.
//
//   verify_span.mjs --from HEADERS --to HEADERS --keys KEYS PAGE...
import { parseArgs } from 'node:util';

import { NONE_BEFORE, checkChains, readPage } from './verify_chain.mjs';
import { Failed, WrongUse, header, readToken, run } from './verify_receipt.mjs';

// How many rows the chain had when `head` was its last row's hash; undefined where it never was.
function position(chain, head) {
  if ((head === NONE_BEFORE && chain[0].seq === 1) || head === chain[0].prev_hash) return chain[0].seq - 1;
  return chain.find((row) => row.row_hash === head)?.seq;
}

function main() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({ options: { from: text, to: text, keys: text }, allowPositionals: true });
  if (!values.from || !values.to || !values.keys || !positionals.length) {
    throw new WrongUse('give --from, --to, --keys and the answers of GET /v1/audit');
  }
  const [first, last] = [values.from, values.to].map(
    (path) => readToken(header(path, 'X-Cogos-Attestation'), values.keys));
  const { chains, pruned } = checkChains(positionals.flatMap(readPage));
  for (const [name, chain] of chains) {
    const [start, end] = [position(chain, first.chain_head), position(chain, last.chain_head)];
    if (start === undefined || end === undefined) continue;
    if (end < start || last.ts < first.ts) {
      throw new Failed('the chain was shorter at the later receipt than at the earlier one');
    }
    console.log(`ok: ${name} rows ${start + 1}..${end} are all there (${end - start} rows; ${pruned} pruned in all)`);
    return;
  }
  throw new Failed('no chain among these rows holds the chain heads of both receipts');
}

run(import.meta.url, main);
