// The twin of verify_receipt.py, with the same options: checks both receipts of an answer, or of a captured stream.
//
// Exit code 0: every receipt given holds; 1: one does not; 2: wrong use.
import { readFileSync, realpathSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

import { ed25519 } from '@noble/curves/ed25519';
import { hmac } from '@noble/hashes/hmac';
import { sha256 as digest } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';

const CLAIMS = 'v req_hash resp_hash rev chain_head signer signer_kid ts';
const ED25519_SPKI = '302a300506032b6570032100'; // what stands before the 32 bytes of a public key

export class Failed extends Error {}
export class WrongUse extends Error {}

export const sha256 = (data) => bytesToHex(digest(data));

export function readFile(path) {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new WrongUse(error.message);
  }
}

// As text, and only if it is UTF-8 to the last byte.
export const readText = (path) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFile(path));

function unbase64url(text) {
  const data = Buffer.from(text, 'base64url');
  if (data.toString('base64url') !== text) throw new Failed('not a token: not base64url without padding');
  return new Uint8Array(data);
}

// A header's value in what `curl -D` wrote.
export function header(path, name) {
  const lines = Buffer.from(readFile(path)).toString('latin1').matchAll(new RegExp(`^${name}: *(.*?)\\r?$`, 'gim'));
  const found = new Set([...lines].map((line) => line[1]));
  if (found.size !== 1) throw new Failed(`${path} holds ${found.size} different ${name}`);
  return [...found][0];
}

// The bytes that a stream's receipts cover, which end before the receipt's line, and the receipt.
function splitStream(data) {
  const text = '\n' + Buffer.from(data).toString('latin1'); // a character a byte
  const at = text.lastIndexOf('\n: cogos-receipt ');
  const [, line, after] = /^\n: cogos-receipt (.*)\n\n([^]*)$/.exec(text.slice(Math.max(at, 0))) ?? [];
  if (at < 0 || line === undefined || !['', 'data: [DONE]\n\n'].includes(after)) {
    throw new Failed('the stream does not end with a receipt');
  }
  return [data.subarray(0, at), JSON.parse(line)];
}

// The claims of a token whose signature holds under the one of the server's keys that it names.
export function readToken(token, keysPath) {
  const [payload, signature] = token.split('.').map(unbase64url);
  const claims = JSON.parse(Buffer.from(payload).toString());
  const pem = JSON.parse(readText(keysPath)).keys.find((key) => key.kid === claims.signer_kid)?.public_pem;
  if (!pem) throw new Failed(`no public key for the token: ${claims.signer_kid}`);
  if (Object.keys(claims).join(' ') !== CLAIMS || claims.v !== 1 || claims.signer !== 'cogos-api') {
    throw new Failed("the token's claims are not those of an attestation");
  }
  // A kid is derived from its key, so a list cannot give one key under another's name.
  if (sha256(utf8ToBytes(pem)).slice(0, 16) !== claims.signer_kid) {
    throw new Failed('the public key is not the one its kid names');
  }
  const spki = Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64').toString('hex');
  if (!spki.startsWith(ED25519_SPKI) || spki.length !== 88) throw new Failed('the public key is not an Ed25519 key');
  // zip215: false is RFC 8032 to the letter, as OpenSSL verifies.
  if (!ed25519.verify(signature, payload, spki.slice(24), { zip215: false })) {
    throw new Failed("the token's signature does not hold");
  }
  return claims;
}

// Compares every character, wherever the first difference is.
function same(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; ++i) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

function main() {
  const text = { type: 'string' };
  const { values: given } = parseArgs({
    options: {
      body: text, headers: text, stream: { type: 'boolean' }, keys: text,
      method: text, path: text, request: text, 'hmac-secret': text,
    },
  });
  if (!given.body || !given.keys || (!given.stream && !given.headers) || !given.method !== !given.path) {
    throw new WrongUse('give --body, --keys, --headers or --stream, and --method with --path');
  }
  const secretFile = given['hmac-secret'];
  let [body, receipt] = [readFile(given.body), {}];
  if (given.stream) {
    [body, receipt] = splitStream(body);
  } else {
    receipt.attestation = header(given.headers, 'X-Cogos-Attestation');
    if (secretFile) receipt.signature = header(given.headers, 'X-Cogos-Signature');
  }

  const claims = readToken(receipt.attestation, given.keys);
  if (claims.resp_hash !== sha256(body)) throw new Failed('the token is of another response body');
  if (given.method) {
    const requestBody = given.request ? readFile(given.request) : new Uint8Array();
    const request = [given.method, given.path, claims.ts, sha256(requestBody)].join('\n');
    if (claims.req_hash !== sha256(utf8ToBytes(request))) throw new Failed('the token is of another request');
  }
  if (secretFile) {
    const secret = utf8ToBytes(readText(secretFile).trim()); // the 64 characters themselves are the key
    if (!same(bytesToHex(hmac(digest, secret, body)), receipt.signature)) {
      throw new Failed('the HMAC signature does not hold');
    }
  }
  console.log(`ok: attested by ${claims.signer_kid} (${claims.rev}), chain head ${claims.chain_head}`);
}

// Runs `program` where its module is the one that was started; turns how it ended into words and an exit code.
export function run(module, program) {
  if (realpathSync(process.argv[1]) !== fileURLToPath(module)) return;
  try {
    program();
  } catch (error) {
    const wrongUse = error instanceof WrongUse || error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(wrongUse ? error.message : `FAILED: ${error.message}`);
    process.exitCode = wrongUse ? 2 : 1;
  }
}

run(import.meta.url, main);
