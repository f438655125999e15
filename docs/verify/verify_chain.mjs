// The twin of verify_chain.py: checks audit rows as GET /v1/audit gave them, every row, every link, and that none is
// missing between them.
//
//   verify_chain.mjs [--head HASH] PAGE...
import { parseArgs } from 'node:util';

import { utf8ToBytes } from '@noble/hashes/utils';
import canonicalize from 'canonicalize';

import { Failed, WrongUse, readText, run, sha256 } from './verify_receipt.mjs';

export const NONE_BEFORE = '0'.repeat(64);
const MEMBERS = `v seq ts tenant_id app_id key_id method route http_status status model prompt_tokens completion_tokens
  total_tokens latency_ms schema_enforced live_search package_id detail rev signer_kid sealed sealed_content
  content_hash prev_hash row_hash`.split(/\s+/).sort().join();

const canonicalHash = (value) => sha256(utf8ToBytes(canonicalize(value)));

// Rows hold no other numbers than the integers that JavaScript keeps exactly.
function onlyIntegers(_, value) {
  if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) {
    throw new Failed(`${value} is no value of a row`);
  }
  return value;
}

// The rows of one answer. The server sends canonical JSON, so anything else was edited (or holds a name twice).
export function readPage(path) {
  const text = readText(path);
  const page = JSON.parse(text, onlyIntegers);
  if (canonicalize(page) !== text) {
    throw new Failed(`${path} is not the answer as it was received: it is not canonical JSON`);
  }
  return page.rows;
}

// A row by itself. False where it is pruned: its envelope was erased, which its hash does not notice.
function checkRow(row) {
  if (Object.keys(row).sort().join() !== MEMBERS || row.v !== 1) throw new Failed('has not the members of a row');
  const { sealed_content: envelope, row_hash: rowHash, ...core } = row;
  if (canonicalHash(core) !== rowHash) throw new Failed('was changed: its core does not have its row_hash');
  if (envelope === null) {
    if (row.sealed !== (row.content_hash !== null)) {
      throw new Failed('does not agree with itself on whether it is sealed');
    }
    return !row.sealed;
  }
  if (!row.sealed || canonicalHash(envelope) !== row.content_hash) {
    throw new Failed('has another envelope than it was written with');
  }
  return true;
}

// Every chain among the rows, each without a gap, by "tenant/app"; and the number of pruned rows.
export function checkChains(rows) {
  const chains = new Map();
  let pruned = 0;
  for (const row of rows) {
    const name = `${row.tenant_id}/${row.app_id}`; // neither can hold a slash
    try {
      pruned += checkRow(row) ? 0 : 1;
      if (!chains.has(name)) chains.set(name, []);
      const chain = chains.get(name);
      const before = chain.at(-1);
      // A slice that starts later is held to its own first prev_hash, for want of the row before.
      const seq = before ? before.seq + 1 : row.seq;
      const prevHash = before ? before.row_hash : row.seq === 1 ? NONE_BEFORE : row.prev_hash;
      if (before && row.ts < before.ts) throw new Failed('is earlier than the row before it');
      if (row.seq !== seq) throw new Failed(`stands where row ${seq} belongs`);
      if (row.seq < 1 || row.prev_hash !== prevHash) {
        throw new Failed('does not follow the row before it: another prev_hash');
      }
      chain.push(row);
    } catch (error) {
      throw new Failed(`row ${row.seq} of ${name} ${error.message}`);
    }
  }
  return { chains, pruned };
}

function main() {
  const { values, positionals } = parseArgs({ options: { head: { type: 'string' } }, allowPositionals: true });
  if (!positionals.length) throw new WrongUse('name the answers of GET /v1/audit');
  const rows = positionals.flatMap(readPage);
  if (values.head && !rows.some((row) => row.row_hash === values.head)) {
    throw new Failed(`no row has the hash ${values.head}`);
  }
  const { chains, pruned } = checkChains(rows);
  for (const [name, chain] of chains) {
    console.log(`ok: ${name} rows ${chain[0].seq}..${chain.at(-1).seq}, head ${chain.at(-1).row_hash}`);
  }
  console.log(`ok: ${rows.length} rows, ${pruned} pruned`);
}

run(import.meta.url, main);
