// The `openai` package against the built-in engine and the server's own refusals.
import assert from 'node:assert/strict';
import test from 'node:test';

import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const { COGOS_URL, COGOS_KEY, COGOS_LIMITED_KEY } = process.env;
const client = new OpenAI({ baseURL: COGOS_URL, apiKey: COGOS_KEY, maxRetries: 0 });
const messages = [{
  role: 'user', content: 'What is the invoice number?\n\nThe invoice number is 4711. The total is 1250 euros.',
}];
const model = 'cogos-tier-b';

test('models', async () => {
  const ids = [];
  for await (const one of client.models.list()) ids.push(one.id);
  assert.deepEqual(ids, [model]);
});

test('a chat', async () => {
  const { data, response, request_id } = await client.chat.completions.create({ model, messages }).withResponse();
  assert.match(data.choices[0].message.content, /4711/);
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
  assert.match(request_id, /^req-/);
  assert.ok(response.headers.get('x-cogos-attestation'));
});

test('a stream, its usage, and receipts that do not disturb it', async () => {
  const whole = await client.chat.completions.create({ model, messages });
  for (const include_receipt of [false, true]) {
    const stream = await client.chat.completions.create({
      model, messages, stream: true, stream_options: { include_usage: true, include_receipt },
    });
    let text = '';
    let usage;
    let receipt;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? '';
      usage = chunk.usage ?? usage;
      receipt = chunk.cogos?.receipt ?? receipt;
    }
    assert.equal(text, whole.choices[0].message.content);
    assert.deepEqual(usage, whole.usage);
    assert.equal(receipt !== undefined, include_receipt);
  }
});

test('the stream helper', async () => {
  const stream = client.chat.completions.stream({ model, messages });
  assert.match((await stream.finalChatCompletion()).choices[0].message.content, /4711/);
});

test('structured outputs through parse', async () => {
  const Invoice = z.object({ invoice_number: z.string(), total: z.number() });
  const completion = await client.chat.completions.parse({
    model, messages, response_format: zodResponseFormat(Invoice, 'invoice'),
  });
  assert.deepEqual(completion.choices[0].message.parsed, { invoice_number: '4711', total: 1250 });
  assert.equal(completion.cogos.schema_enforced, true);
});

test('an idempotency key', async () => {
  const once = () => client.chat.completions.create({ model, messages }, { headers: { 'Idempotency-Key': 'order-4711' } });
  const [first, second] = [await once(), await once()];
  assert.equal(second.id, first.id);
});

test('errors have their classes', async () => {
  const refused = (promise, type, status, param) =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
      assert.deepEqual([error.status, error.param ?? null], [status, param]);
      assert.match(error.requestID, /^req-/);
      return true;
    });
  const stranger = new OpenAI({ baseURL: COGOS_URL, apiKey: `sk-cogos-${'0'.repeat(32)}`, maxRetries: 0 });
  await refused(stranger.models.list(), OpenAI.AuthenticationError, 401, null);
  await refused(client.chat.completions.create({ model, messages, n: 2 }), OpenAI.BadRequestError, 400, 'n');
  await refused(client.chat.completions.create({ model, messages: [] }), OpenAI.BadRequestError, 400, 'messages');
  await refused(client.chat.completions.create({ model: 'cogos-tier-a', messages }), OpenAI.PermissionDeniedError, 403,
    'model');
  await refused(client.models.retrieve('unknown'), OpenAI.NotFoundError, 404, null);
});

test('a refusal by the limit is an error, or waited for and tried again', async () => {
  let attempts = 0;
  const counting = (...request) => {
    attempts += 1;
    return fetch(...request);
  };
  const limited = (maxRetries) => new OpenAI({ baseURL: COGOS_URL, apiKey: COGOS_LIMITED_KEY, maxRetries, fetch: counting });
  await assert.rejects(async () => {
    for (;;) await limited(0).models.list();
  }, OpenAI.RateLimitError);
  attempts = 0;
  await limited(5).models.list();
  assert.ok(attempts > 1, `${attempts}`);
});
