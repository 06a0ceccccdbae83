// `node scripts/npm-options.mjs SCRIPT NAME...` stops a script whose options npm has kept to itself, which it does with
// all that come before `--`: a run that was meant to be short would take an hour.
const [script, ...names] = process.argv.slice(2);
const kept = names.filter((name) => process.env[`npm_config_${name}`] !== undefined);
if (kept.length > 0) {
  const options = kept.map((name) => `--${name}`).join(" ");
  console.error(`npm has kept ${options} to itself. Put -- before it: npm run ${script} -- ${options}`);
  process.exitCode = 2;
}
