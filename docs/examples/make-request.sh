#!/bin/sh
# Prints a chat request that asks for three facts of docs/examples/report.txt under a JSON Schema.
set -eu
cd "$(dirname "$0")"
# JSON needs its line breaks escaped; the text has no quotes or backslashes.
text=$(tr '\n' ' ' <report.txt)
cat <<JSON
{"model":"cogos-tier-b",
 "messages":[
  {"role":"system","content":"Extract the company, the fiscal year and the revenue in millions."},
  {"role":"user","content":"$text"}],
 "response_format":{"type":"json_schema","json_schema":{"name":"annual_report","strict":true,"schema":{
  "type":"object","additionalProperties":false,
  "required":["company","fiscal_year","revenue_millions"],
  "properties":{
   "company":{"type":"string"},
   "fiscal_year":{"type":"integer","minimum":1900,"maximum":2100},
   "revenue_millions":{"type":"number","description":"Revenue in millions of euros"}}}}}}
JSON
