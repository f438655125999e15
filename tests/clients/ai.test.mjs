// The `ai` package by way of `@ai-sdk/openai-compatible`.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateObject, generateText, streamText } from 'ai';
import { z } from 'zod';

const provider = createOpenAICompatible({
  name: 'cogos', baseURL: process.env.COGOS_URL, apiKey: process.env.COGOS_KEY, supportsStructuredOutputs: true,
  includeUsage: true,
});
const model = provider('cogos-tier-b');
const prompt = 'What is the invoice number?\n\nThe invoice number is 4711. The total is 1250 euros.';

test('generateText', async () => {
  const { text, usage, finishReason } = await generateText({ model, prompt });
  assert.match(text, /4711/);
  assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
  assert.equal(finishReason, 'stop');
});

test('streamText', async () => {
  const { text } = await generateText({ model, prompt });
  const streamed = streamText({ model, prompt, onError: ({ error }) => { throw error; } });
  let words = '';
  for await (const piece of streamed.textStream) words += piece;
  assert.equal(words, text);
  assert.ok((await streamed.usage).outputTokens > 0);
});

test('generateObject', async () => {
  const { object } = await generateObject({
    model, prompt, schema: z.object({ invoice_number: z.string(), total: z.number() }),
  });
  assert.deepEqual(object, { invoice_number: '4711', total: 1250 });
});
