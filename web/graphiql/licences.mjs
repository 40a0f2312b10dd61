// The licences of every package that went into a bundle.
import { readdir, readFile } from "node:fs/promises";

const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//;

function packagesOf(metafiles) {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
    ),
  );
  const folders = files.map(([path]) => path.match(PACKAGE)?.[0]).filter(Boolean);
  return [...new Set(folders)].sort();
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}package.json`, "utf8"));
  const names = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice|thirdparty)/i.test(file));
  const texts = await Promise.all(names.sort().map((file) => readFile(folder + file, "utf8")));
  const body = texts.map((text) => text.trim()).join("\n\n") || "(no licence file in the package)";
  return `${name} ${version}: ${license}\n\n${body}\n`;
}

export async function licences(metafiles) {
  const parts = await Promise.all(packagesOf(metafiles).map(licenceOf));
  const rule = `\n${"-".repeat(78)}\n\n`;
  return `GraphiQL as built here holds parts of these packages.\n${rule}${parts.join(rule)}`;
}
