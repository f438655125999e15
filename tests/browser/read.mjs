// Reads one page's HTML from standard input as html-validate does; prints what it finds as JSON lines.
import {HtmlValidate} from "html-validate";

let text = "";
for await (const piece of process.stdin) text += piece;
const report = await new HtmlValidate({extends: ["html-validate:standard", "html-validate:a11y"]}).validateString(text);
for (const {messages} of report.results) {
  for (const {ruleId, message, line} of messages) console.log(JSON.stringify({what: ruleId, detail: message, line}));
}
