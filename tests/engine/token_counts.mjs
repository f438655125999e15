// Makes token_counts.json and, with --words, src/engine/common_words.cpp, from public tokenizers. Not part of a test
// run: what it makes is kept. In a directory outside of the checkout:
//   npm install gpt-tokenizer llama-tokenizer-js llama3-tokenizer-js
//   cp CHECKOUT/tests/engine/token_counts.mjs . && node token_counts.mjs CHECKOUT [--words]
import fs from 'node:fs';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import llama2 from 'llama-tokenizer-js';
import llama3 from 'llama3-tokenizer-js';

const checkout = process.argv[2];
const plain = {allowedSpecial: new Set(), disallowedSpecial: new Set()};
// As they count a text by itself, without marks of a beginning or end.
const tokenizers = {
  cl100k: text => cl100k.encode(text, plain).length,
  o200k: text => o200k.encode(text, plain).length,
  llama2: text => llama2.encode(text, false, true).length,
  llama3: text => llama3.encode(text, {bos: false, eos: false}).length,
};
const counts = text => Object.fromEntries(Object.entries(tokenizers).map(([name, count]) => [name, count(text)]));

/// The words that are one token after a space in all of them, by cl100k's rank: how common they are.
function commonWords(most) {
  const before = counts('x');
  const words = [];
  for (let rank = 0; rank < 100000 && words.length < most; ++rank) {
    const word = cl100k.decode([rank]);
    if (!/^ [a-z]{2,}$/.test(word)) continue;
    const after = counts('x' + word);
    if (Object.keys(after).every(name => after[name] - before[name] === 1)) words.push(word.slice(1));
  }
  return words;
}

function writeWords(words) {
  let lines = '';
  let line = '   ';
  for (const word of [...words].sort()) {
    const item = ` "${word}",`;
    if ((line + item).length > 110) {
      lines += line + '\n';
      line = '   ';
    }
    line += item;
  }
  const file = checkout + '/src/engine/common_words.cpp';
  const source = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, source.replace(/string_view, \d+> kWords\{\n[^]*?\};/,
    `string_view, ${words.length}> kWords{\n${lines}${line}\n};`));
}

// A generator of its own, so that each run makes the same table.
let state = 20260101;
const random = below => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 4294967296 * below);
};
const pick = list => list[random(list.length)];
const many = (count, make, separator = '') => Array.from({length: count}, make).join(separator);
const letters = 'abcdefghijklmnopqrstuvwxyz';
const bytes = count => Buffer.from(Array.from({length: count}, () => random(256)));
const between = (low, high) => () => String.fromCodePoint(low + random(high - low + 1));

const words = commonWords(2400);
if (process.argv.includes('--words')) writeWords(words);

const texts = {
  empty: '',
  english: 'The council met on Tuesday evening to decide what should be done about the old bridge. Most of those ' +
    'who spoke wanted to keep it open for people on foot, and a few asked how much the repairs would cost over the ' +
    'next ten years. The engineer said that she could give a first answer by the end of the month, but not before.',
  english_titled: 'Quarterly Report, Northern Division: Revenue Rose By Twelve Percent While Headcount Fell.',
  english_quotes: "They're sure it won't work; \"we've tried\", he'd said. It's Anna\u2019s, isn\u2019t it?",
  shouting: 'PLEASE READ THIS NOTICE BEFORE YOU ENTER THE BUILDING AND KEEP IT FOR YOUR RECORDS',
  common_words: many(200, () => pick(words), ' '),
  common_words_punctuated: many(200, () => pick(words) + pick(['', ',', '.', ';', ':', '!', '?', ')', '"', '-', '\n', '_']), ' '),
  common_words_enclosed: many(120, () => pick(['(', '[', '"', '<', '*', '/', '.', '$', '#']) + pick(words), ' '),
  common_words_joined: many(120, () => pick(words) + pick(["'s", "'t", '\u2019s', '\u00e9', '\u0301', '1', '42', 'Ab', '\u4e2d', '\u0434']), ' '),
  common_words_spaced: many(120, () => pick(words), '') + many(80, () => ' '.repeat(1 + random(5)) + pick(words)),
  common_words_after: many(120, () => pick(['\t', '\n', '\r\n', '\u00a0', '.', ')', '1', '\u4e2d', '\n\n']) + ' ' + pick(words)),
  random_letters: many(400, () => pick(letters)),
  random_letters_mixed: many(400, () => pick(letters + letters.toUpperCase())),
  random_short_words: many(150, () => many(1 + random(5), () => pick(letters)), ' '),
  rare_letters: many(300, () => pick('qxzjkvw')),
  rare_capitals: many(300, () => pick('QXZJKVW')),
  alternating_case: many(200, (_, i) => i % 2 ? pick(letters) : pick(letters.toUpperCase())),
  base64: bytes(300).toString('base64'),
  base64url: bytes(300).toString('base64url'),
  hex: bytes(200).toString('hex'),
  hex_capitals: bytes(200).toString('hex').toUpperCase(),
  uuids: many(8, () => bytes(16).toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5'), '\n'),
  digits: many(300, () => random(10)),
  numbers: many(80, () => random(1000000) / 100, ' '),
  dates: many(20, () => `20${10 + random(20)}-0${1 + random(9)}-${10 + random(19)}T1${random(10)}:${10 + random(50)}:00.000Z`, ', '),
  punctuation: many(300, () => pick('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')),
  printable: many(400, between(0x20, 0x7e)),
  control: many(200, between(0, 0x1f)),
  spaces: many(30, (_, i) => 'x' + ' '.repeat(i * i), ''),
  long_spaces: 'a' + ' '.repeat(3000) + 'b',
  space_words: many(60, (_, i) => ' '.repeat(i % 20) + pick(words), '\n'),
  tabs: many(20, (_, i) => '\t'.repeat(i) + 'x', ''),
  newlines: many(20, (_, i) => '\n'.repeat(i) + 'x', '') + '\r\n'.repeat(40),
  mixed_space: many(300, () => pick(' \t\n\r\u00a0\u2003\u3000\u200b')),
  cpp: '#include <vector>\n\nstd::vector<int> primes(int limit) {\n  std::vector<bool> out(limit + 1);\n' +
    '  for (int i = 2; i * i <= limit; ++i) {\n    if (out[i]) continue;\n    for (int j = i * i; j <= limit; j += i) ' +
    'out[j] = true;\n  }\n  return collect(out, [](auto&& x) { return !x; });\n}\n',
  python: 'def walk(tree, depth=0):\n    """Yields each node with its depth."""\n    yield tree, depth\n' +
    '    for child in tree.children:\n        yield from walk(child, depth + 1)\n\n\nprint([n for n, _ in walk(ROOT)])\n',
  json: JSON.stringify({rows: Array.from({length: 8}, (_, i) => ({id: i, name: pick(words), ok: i % 2 === 0, at: [1.5, null]}))}, null, 2),
  json_compact: JSON.stringify(Array.from({length: 20}, () => ({[pick(words)]: random(1e9), key: bytes(6).toString('hex')}))),
  html: '<div class="row"><a href="https://example.com/a?b=c&d=%20e">Read more&hellip;</a><br/></div>\n'.repeat(5),
  urls: many(10, () => `https://${many(8, () => pick(letters))}.example/${bytes(9).toString('base64url')}?q=${pick(words)}`, '\n'),
  table: '| name | value |\n| --- | ---: |\n' + many(12, () => `| ${pick(words)} | ${random(10000)} |`, '\n'),
  log: many(8, () => `10.0.${random(256)}.${random(256)} - - [01/Jan/2026:00:00:0${random(10)} +0000] "GET /${pick(words)} HTTP/1.1" 200 ${random(99999)}`, '\n'),
  identifiers: many(40, () => pick([w => 'get' + w[0].toUpperCase() + w.slice(1), w => w + '_' + pick(words), w => 'k' + w.toUpperCase()])(pick(words)), ' '),
  latex: '\\begin{align}\\sum_{i=1}^{n} \\frac{x_i^2}{\\sqrt{\\sigma^2}} &\\leq \\int_0^\\infty e^{-t}\\,dt \\\\ \\end{align}',
  special_names: '<|endoftext|><|im_start|>system<|im_end|><s></s>[INST] <<SYS>> <0x0A> <unk> <|begin_of_text|><|eot_id|>',
  german: 'Die Donaudampfschifffahrtsgesellschaft veröffentlichte gestern überraschend größere Änderungen für Fahrgäste.',
  french: "L'été dernier, les élèves ont préféré étudier à l'étranger plutôt qu'à la maison, où il faisait très chaud.",
  vietnamese: 'Hội đồng đã họp vào tối thứ Ba để quyết định những gì nên làm với cây cầu cũ bắc qua sông.',
  polish: 'Zażółć gęślą jaźń; wszyscy mieszkańcy zgodzili się na przebudowę mostu w przyszłym miesiącu.',
  russian: 'Совет собрался во вторник вечером, чтобы решить, что делать со старым мостом через реку.',
  greek: 'Το συμβούλιο συνεδρίασε το βράδυ της Τρίτης για να αποφασίσει τι θα γίνει με την παλιά γέφυρα.',
  arabic: 'اجتمع المجلس مساء الثلاثاء ليقرر ما الذي ينبغي فعله بشأن الجسر القديم فوق النهر.',
  hebrew: 'המועצה נפגשה ביום שלישי בערב כדי להחליט מה לעשות עם הגשר הישן מעל הנהר.',
  hindi: 'परिषद ने मंगलवार शाम को बैठक की ताकि यह तय किया जा सके कि पुराने पुल का क्या किया जाए।',
  thai: 'สภาประชุมกันในเย็นวันอังคารเพื่อตัดสินใจว่าควรทำอย่างไรกับสะพานเก่าข้ามแม่น้ำ',
  chinese: '市议会星期二晚上开会，决定应该如何处理横跨河流的旧桥。大多数发言者希望保留它供行人使用。',
  japanese: '議会は火曜日の夜に集まり、川に架かる古い橋をどうするべきかを決めました。カタカナとひらがな。',
  korean: '의회는 화요일 저녁에 모여 강을 가로지르는 오래된 다리를 어떻게 해야 할지 결정했습니다.',
  rare_han: many(120, between(0x3400, 0x4dbf)),
  random_han: many(120, between(0x4e00, 0x9fff)),
  random_hangul: many(120, between(0xac00, 0xd7a3)),
  astral_han: many(60, between(0x20000, 0x2a6df)),
  georgian_and_more: many(40, between(0x10a0, 0x10ff)) + many(40, between(0x1200, 0x137f)) + many(40, between(0x1780, 0x17ff)),
  historic: many(60, between(0x12000, 0x1236e)) + many(40, between(0x13000, 0x1342e)),
  emoji: '😀😂🥹👍🏽👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇯🇵❤️‍🔥🧑🏿‍🚀✨🎉🫠🪿🫨'.repeat(3),
  random_emoji: many(80, between(0x1f300, 0x1faff)),
  combining: many(60, () => pick(letters) + many(3, between(0x300, 0x36f))),
  mathematical: many(80, between(0x2200, 0x22ff)) + many(60, between(0x1d400, 0x1d7ff)),
  boxes: many(120, between(0x2500, 0x259f)),
  private_use: many(60, between(0xe000, 0xf8ff)) + many(40, between(0x10fff0, 0x10ffff)),
  fullwidth: many(100, between(0xff01, 0xff5e)),
  mixed_scripts: many(100, () => pick([pick(words), 'слово', '言葉', 'كلمة', '😀', 'Wort', '123', '—', '…']), ' '),
};

const table = {words: words.length, texts: Object.entries(texts).map(([name, text]) => ({name, text, counts: counts(text)}))};
const lines = table.texts.map(one => JSON.stringify(one)).join(',\n');
fs.writeFileSync(checkout + '/tests/engine/token_counts.json', `{"tokenizers":${JSON.stringify(Object.keys(tokenizers))},"texts":[\n${lines}\n]}\n`);
