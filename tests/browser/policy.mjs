// Prints what csp_evaluator finds in the policy given, as JSON lines.
import evaluator from "csp_evaluator/dist/evaluator.js";
import parser from "csp_evaluator/dist/parser.js";

for (const finding of new evaluator.CspEvaluator(new parser.CspParser(process.argv[2]).csp).evaluate()) {
  console.log(JSON.stringify({what: finding.directive, detail: finding.description}));
}
