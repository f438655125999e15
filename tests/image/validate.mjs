// Validates each file given against the schema of CycloneDX, strictly; prints what is wrong. Exit code 1 where something is.
import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
let wrong = 0;
for (const path of process.argv.slice(2)) {
  const errors = await validator.validate(readFileSync(path, "utf8"));
  if (errors !== null) {
    wrong += 1;
    console.log(`${path}: ${JSON.stringify(errors)}`);
  } else {
    console.log(`${path}: valid`);
  }
}
process.exit(wrong ? 1 : 0);
