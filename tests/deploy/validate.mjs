// Validates each of the objects in the file given, an array, against Kubernetes' own schema of its kind; prints what is
// wrong. Exit code 1 where something is.
import { readFileSync } from "node:fs";
import { StatefulSet } from "kubernetes-models/apps/v1";
import { CronJob } from "kubernetes-models/batch/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { ConfigMap, Namespace, Service } from "kubernetes-models/v1";

const kinds = { ConfigMap, CronJob, Namespace, NetworkPolicy, Service, StatefulSet };
let wrong = 0;
for (const object of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  try {
    new kinds[object.kind](object).validate();
  } catch (error) {
    wrong += 1;
    console.log(`${object.kind}: ${error.message}`);
  }
}
process.exit(wrong ? 1 : 0);
