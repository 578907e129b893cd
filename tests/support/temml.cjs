// Read [TeX, display] pairs as JSON; write each one's MathML by Temml, or null where it cannot be read.
const temml = require("temml");
const { readFileSync } = require("node:fs");

const convert = ([source, displayMode]) => {
  try {
    return temml.renderToString(source, { displayMode, throwOnError: true });
  } catch {
    return null;
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(convert)));
