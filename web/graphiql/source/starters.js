// The first tabs, as the page carries them.

/** The starter queries; `{{now}}` in their variables becomes the time the page was opened. */
export function readStarters() {
  const now = new Date().toISOString();
  const starters = JSON.parse(document.getElementById("starters").textContent);
  return starters.map(({ query, variables }) => ({
    query,
    variables: variables?.replaceAll("{{now}}", now),
  }));
}
