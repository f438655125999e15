// Prints the MDN HTTP Observatory's grade and score of a server, and what cost it points.
//
//   node observatory.mjs HOST:PORT
import {writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {scan} from "@mdn/mdn-http-observatory";

// Which hosts browsers know to be https only: its own installation would fetch the list. This host is on none.
const own = createRequire(import.meta.url).resolve("@mdn/mdn-http-observatory");
writeFileSync(new URL("../conf/hsts-preload.json", `file://${own}`), "{}");

const {scan: {grade, score, error}, tests} = await scan(process.argv[2]);
const lost = Object.entries(tests ?? {}).filter(([, test]) => test.scoreModifier < 0 || !test.pass);
console.log(JSON.stringify({grade, score, error, lost: lost.map(([name, test]) => [name, test.result])}));
