// `@langchain/openai`.
import assert from 'node:assert/strict';
import test from 'node:test';

import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

const model = new ChatOpenAI({
  model: 'cogos-tier-b', apiKey: process.env.COGOS_KEY, maxRetries: 0, configuration: { baseURL: process.env.COGOS_URL },
});
const prompt = 'What is the invoice number?\n\nThe invoice number is 4711. The total is 1250 euros.';

test('invoke', async () => {
  const answer = await model.invoke(prompt);
  assert.match(answer.content, /4711/);
  assert.ok(answer.usage_metadata.total_tokens > 0);
});

test('stream', async () => {
  const { content } = await model.invoke(prompt);
  let words = '';
  for await (const chunk of await model.stream(prompt)) words += chunk.content;
  assert.equal(words, content);
});

test('withStructuredOutput', async () => {
  const schema = z.object({ invoice_number: z.string(), total: z.number() });
  const object = await model.withStructuredOutput(schema, { name: 'invoice', method: 'jsonSchema' }).invoke(prompt);
  assert.deepEqual(object, { invoice_number: '4711', total: 1250 });
});
