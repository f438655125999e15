// The `openai` package against an engine that stands before a model server: tools, embeddings, and a client that leaves.
import assert from 'node:assert/strict';
import test from 'node:test';

import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.env.COGOS_URL, apiKey: process.env.COGOS_KEY, maxRetries: 0 });
const model = 'cogos-tier-b';
const tools = [{
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather at a place.',
    parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
  },
}];
const question = { role: 'user', content: 'What is the weather in Lisbon?' };

async function answered(call, assistant) {
  assert.equal(call.function.name, 'weather');
  assert.deepEqual(JSON.parse(call.function.arguments), { place: 'Lisbon' });
  const { choices } = await client.chat.completions.create({
    model, tools,
    messages: [question, assistant, { role: 'tool', tool_call_id: call.id, content: '{"degrees":21}' }],
  });
  assert.equal(choices[0].message.content, 'It has 21 degrees.');
}

test('tools', async () => {
  const { choices } = await client.chat.completions.create({ model, tools, messages: [question] });
  assert.equal(choices[0].finish_reason, 'tool_calls');
  await answered(choices[0].message.tool_calls[0], choices[0].message);
});

test('tools in a stream', async () => {
  const stream = client.chat.completions.stream({ model, tools, messages: [question] });
  const { choices } = await stream.finalChatCompletion();
  assert.equal(choices[0].finish_reason, 'tool_calls');
  await answered(choices[0].message.tool_calls[0], choices[0].message);
});

test('embeddings, in numbers and as the package asks for them by itself', async () => {
  for (const encoding_format of ['float', undefined]) {
    const { data, usage } = await client.embeddings.create({ model, input: ['one', 'two'], encoding_format });
    assert.deepEqual(data.map((one) => [...one.embedding]), [[0.5, -0.25], [1, 0]]);
    assert.equal(usage.prompt_tokens, 4);
  }
});

test('a stream that is given up', async () => {
  const controller = new AbortController();
  const stream = await client.chat.completions.create(
    { model, stream: true, messages: [{ role: 'user', content: 'Never stop.' }] }, { signal: controller.signal });
  let words = '';
  for await (const chunk of stream) {
    words += chunk.choices[0]?.delta?.content ?? '';
    if (words) controller.abort();
  }
  assert.equal(words, 'and so on ');
});
