// The editors check text in workers; their hashed names are filled in by the build.
const started = (file) => new Worker(new URL(file, import.meta.url), { type: "module" });

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => started(WORKERS[label] ?? WORKERS.editor),
};
