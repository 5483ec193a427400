// SPDX-License-Identifier: Apache-2.0
// schema-check.js SCHEMA FILE...: each JSON file against the schema; a line each: FILE, tab, "valid" or what is wrong.
'use strict';
const fs = require('fs');
const Ajv = require('ajv');
const read = (name) => JSON.parse(fs.readFileSync(name, 'utf8'));
const ajv = new Ajv({allErrors: true, jsonPointers: true});
const check = ajv.compile(read(process.argv[2]));

for (const name of process.argv.slice(3)) {
	const valid = check(read(name));
	const wrong = valid ? 'valid' : check.errors.map((error) => `${error.dataPath} ${error.message}`).join('; ');
	process.stdout.write(`${name}\t${wrong}\n`);
}
