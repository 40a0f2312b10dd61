import { useState } from "react";

/** Says how to get a token, and takes one. */
export function Notice({ refused, onToken }) {
  const [typed, setTyped] = useState("");
  const submit = (event) => {
    event.preventDefault();
    if (typed.trim()) onToken(typed.trim());
  };
  return (
    <form className="notice" onSubmit={submit}>
      <p>
        <strong>{refused ? "This token was refused." : "Pedigree answers to a token."}</strong> Run{" "}
        <code>pedigree token</code> to make one and paste it here, or open this page with{" "}
        <code>#token=…</code> after its address. It is kept until this tab is closed.
      </p>
      <input
        type="password"
        aria-label="Token"
        placeholder="Token"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit">Use it</button>
    </form>
  );
}
