// The twin of sign_request.py: prints the Authorization header's value for a request by a key of the scheme ed25519.
//
//   sign_request.mjs --key PRIVATE_PEM --key-id ID --method POST --path /v1/… [--body FILE]
import { parseArgs } from 'node:util';

import { ed25519 } from '@noble/curves/ed25519';
import { utf8ToBytes } from '@noble/hashes/utils';

import { Failed, WrongUse, readFile, readText, run, sha256 } from './verify_receipt.mjs';

const ED25519_PKCS8 = '302e020100300506032b657004220420'; // what stands before the 32 bytes of a private key

function main() {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { key: text, 'key-id': text, method: text, path: text, body: text } });
  if (!values.key || !values['key-id'] || !values.method || !values.path) {
    throw new WrongUse('give --key, --key-id, --method and --path');
  }
  const der = Buffer.from(readText(values.key).replace(/-----.*-----|\s/g, ''), 'base64').toString('hex');
  if (!der.startsWith(ED25519_PKCS8) || der.length !== 96) throw new Failed(`${values.key} is not an Ed25519 key`);
  const bodyHash = sha256(values.body ? readFile(values.body) : new Uint8Array());
  const ts = Date.now();
  const signature = ed25519.sign(utf8ToBytes([values.method, values.path, ts, bodyHash].join('\n')), der.slice(32));
  console.log(`CogOS-Ed25519 keyId=${values['key-id']},sig=${Buffer.from(signature).toString('base64')},ts=${ts}`);
}

run(import.meta.url, main);
