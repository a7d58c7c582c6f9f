// Builds src/multipolar/report/assets/vega.js and, beside it, what it is made of (vega.json) and the licences.
// Run here: npm ci --ignore-scripts && npm run build. The same lock file gives the same bytes; tests/unit/report compares them with the hash recorded in vega.json.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, "..", "src", "multipolar", "report", "assets");

const result = await build({
  entryPoints: [join(here, "vega.entry.js")],
  absWorkingDir: here,
  bundle: true,
  format: "iife",
  globalName: "multipolarCharts",
  target: "es2022",
  minify: true,
  charset: "ascii",
  legalComments: "none",
  metafile: true,
  write: false,
});
const script = result.outputFiles[0].contents;

/** The folder of the package a bundled file belongs to: node_modules/name or node_modules/@scope/name. */
function packageFolder(file) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match ? match[1] : null;
}

const used = Object.values(result.metafile.outputs)[0].inputs;
const folders = new Set(
  Object.entries(used)
    .filter(([, input]) => input.bytesInOutput > 0)
    .map(([file]) => packageFolder(file))
    .filter(Boolean),
);
const packages = [...folders]
  .map((folder) => {
    const about = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
    const licenceFile = readdirSync(join(here, folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = licenceFile ? readFileSync(join(here, folder, licenceFile), "utf8").trim() : "";
    return { name: about.name, version: about.version, licence: about.license, text };
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const versions = {};
for (const item of packages) versions[item.name] = [...(versions[item.name] ?? []), item.version].sort();
const unlicensed = packages.filter((item) => !item.licence);
if (unlicensed.length) throw new Error(`no licence stated: ${unlicensed.map((item) => item.name)}`);

const byText = new Map();
for (const item of packages) {
  const key = item.text || `(${item.licence}; the package carries no separate text)`;
  byText.set(key, [...(byText.get(key) ?? []), `${item.name} ${item.version} (${item.licence})`]);
}
const licences = [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);

if (!existsSync(assets)) throw new Error(`no folder ${assets}`);
writeFileSync(join(assets, "vega.js"), script);
writeFileSync(join(assets, "vega.licences.txt"), licences);
writeFileSync(
  join(assets, "vega.json"),
  `${JSON.stringify(
    {
      sha256: createHash("sha256").update(script).digest("hex"),
      bytes: script.length,
      packages: versions,
    },
    null,
    2,
  )}\n`,
);
