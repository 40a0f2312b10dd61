// Builds dist/: everything a browser needs, named by its content, and nothing from elsewhere.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { licences } from "./licences.mjs";

const DIST = "dist";
const WORKERS = {
  editor: "monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "monaco-graphql/esm/graphql.worker.js",
  json: "monaco-editor/esm/vs/language/json/json.worker.js",
};
const ICONS = "monaco-editor/esm/vs/base/browser/ui/codicons/codicon/codicon.ttf";

// The editor with only the features that a query needs.
const smallEditor = {
  name: "small-editor",
  setup(on) {
    on.onResolve({ filter: /\/editor\.all\.js$/ }, () => ({ path: resolve("source/editor.js") }));
  },
};

// GraphiQL's stylesheet holds the editor's too, and web fonts; a reader's own fonts do.
const oneStylesheet = {
  name: "one-stylesheet",
  setup(on) {
    on.onLoad({ filter: /monaco-editor\/.*\.css$/ }, () => ({ contents: "", loader: "empty" }));
    on.onLoad({ filter: /graphiql\/dist\/style\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8"))
        .replace(/@font-face\s*\{[^}]*(Roboto|Fira Code)[^}]*\}/g, "")
        .replace(/url\(data:font\/ttf[^)]*\)/g, `url("${ICONS}")`),
      loader: "css",
    }));
  },
};

const shared = {
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  outdir: DIST,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
};

function outputOf(result, name, suffix) {
  const names = Object.keys(result.metafile.outputs).map((path) => basename(path));
  return names.find((file) => file.startsWith(`${name}-`) && file.endsWith(suffix));
}

// Of everything that dist/ is made from, so that a test can tell when it is out of date.
async function sourceHash() {
  const sources = (await readdir("source")).map((name) => `source/${name}`);
  const hash = createHash("sha256");
  for (const path of ["build.mjs", "licences.mjs", "package-lock.json", ...sources.sort()])
    hash.update(await readFile(path));
  return hash.digest("hex");
}

await rm(DIST, { recursive: true, force: true });
const workers = await build({ ...shared, entryPoints: WORKERS });
const workerFiles = Object.fromEntries(
  Object.keys(WORKERS).map((name) => [name, outputOf(workers, name, ".js")]),
);
const page = await build({
  ...shared,
  entryPoints: { main: "source/main.jsx" },
  jsx: "automatic",
  loader: { ".ttf": "file" },
  // GraphiQL asks for these by names that lead to other module formats, which do not fit.
  alias: {
    "prettier/parser-babel": "prettier/plugins/babel",
    "prettier/parser-graphql": "prettier/plugins/graphql",
  },
  plugins: [smallEditor, oneStylesheet],
  define: { "process.env.NODE_ENV": '"production"', WORKERS: JSON.stringify(workerFiles) },
});
const manifest = {
  script: outputOf(page, "main", ".js"),
  style: outputOf(page, "main", ".css"),
  source: await sourceHash(),
};
await writeFile(`${DIST}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
await writeFile(`${DIST}/LICENCES.txt`, await licences([workers.metafile, page.metafile]));
