// The twin of unseal.py: opens the sealed contents of audit rows with the customer's X25519 key, a line of JSON a row.
//
//   unseal.mjs --key PRIVATE_PEM PAGE...
import { parseArgs } from 'node:util';

import { gcm } from '@noble/ciphers/aes';
import { x25519 } from '@noble/curves/ed25519';
import { hkdf } from '@noble/hashes/hkdf';
import { sha256 as digest } from '@noble/hashes/sha2';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils';

import { readPage } from './verify_chain.mjs';
import { Failed, WrongUse, readText, run, sha256 } from './verify_receipt.mjs';

const X25519_PKCS8 = '302e020100300506032b656e04220420'; // what stands before the 32 bytes of a private key

function readKey(path) {
  const der = Buffer.from(readText(path).replace(/-----.*-----|\s/g, ''), 'base64');
  if (der.length !== 48 || der.subarray(0, 16).toString('hex') !== X25519_PKCS8) {
    throw new Failed(`${path} is not an X25519 key`);
  }
  return new Uint8Array(der.subarray(16));
}

function unseal(row, key) {
  const envelope = row.sealed_content;
  if (envelope.v !== 1 || envelope.alg !== 'x25519-hkdf-aes-256-gcm') {
    throw new Failed('is sealed in a way that this program does not know');
  }
  if (envelope.kid !== sha256(x25519.getPublicKey(key)).slice(0, 16)) {
    throw new Failed(`is sealed to another key, ${envelope.kid}`);
  }
  const [ciphertext, nonce, ephemeral, tag] = ['ciphertext', 'nonce', 'ephemeral_pub', 'tag'].map(
    (name) => new Uint8Array(Buffer.from(envelope[`${name}_b64`], 'base64')));
  // The lengths are fixed; a shorter tag would be a weaker one.
  if (nonce.length !== 12 || ephemeral.length !== 32 || tag.length !== 16) {
    throw new Failed('has an envelope of wrong lengths');
  }
  const associated = utf8ToBytes(`${row.tenant_id}|${row.app_id}|${row.ts}`);
  let plaintext;
  try {
    const shared = x25519.getSharedSecret(key, ephemeral); // refuses an all-zero secret itself
    const derived = hkdf(digest, shared, new Uint8Array(), 'cogos/seal/v1', 32);
    plaintext = gcm(derived, nonce, associated).decrypt(concatBytes(ciphertext, tag));
  } catch (error) {
    throw new Failed(`does not open: ${error.message}`);
  }
  return JSON.parse(Buffer.from(plaintext).toString());
}

function main() {
  const { values, positionals } = parseArgs({ options: { key: { type: 'string' } }, allowPositionals: true });
  if (!values.key || !positionals.length) throw new WrongUse('give --key and the answers of GET /v1/audit');
  const key = readKey(values.key);
  for (const row of positionals.flatMap(readPage)) {
    if (row.sealed_content === null) continue; // pruned
    try {
      console.log(JSON.stringify({ seq: row.seq, content: unseal(row, key) }));
    } catch (error) {
      throw new Failed(`row ${row.seq} ${error.message}`);
    }
  }
}

run(import.meta.url, main);
