import "graphiql/style.css";
import "./page.css";
import "./workers.js";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { createFetcher } from "./fetcher.js";
import { Notice } from "./notice.jsx";
import { readStarters } from "./starters.js";
import { forgetToken, keepToken, takeToken } from "./token.js";

const ENDPOINT = location.origin + location.pathname;
const STARTERS = readStarters();
const NEW_TAB = "# Ctrl-Space shows what fits, Ctrl-Enter runs it.\n\n";

function Explorer({ token, onRefused, onForget }) {
  const fetcher = useMemo(() => createFetcher(ENDPOINT, token, onRefused), [token, onRefused]);
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={STARTERS}
      defaultQuery={NEW_TAB}
      defaultEditorToolsVisibility={true}
      shouldPersistHeaders={false}
      inputValueDeprecation={true}
      schemaDescription={true}
    >
      <GraphiQL.Logo>
        <span className="brand">Pedigree</span>
        {token && (
          <button type="button" className="forget" onClick={onForget}>
            Forget token
          </button>
        )}
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

function App() {
  const [token, setToken] = useState(takeToken);
  const [refused, setRefused] = useState(false);
  const use = (next) => {
    setRefused(false);
    setToken(next);
  };
  useEffect(() => {
    const reread = () => use(takeToken());
    addEventListener("hashchange", reread);
    return () => removeEventListener("hashchange", reread);
  }, []);
  const onToken = (given) => {
    keepToken(given);
    use(given);
  };
  const onForget = () => {
    forgetToken();
    use(null);
  };
  const [onRefused] = useState(() => () => setRefused(true));
  return (
    <>
      {(refused || !token) && <Notice refused={refused} onToken={onToken} />}
      <Explorer key={token} token={token} onRefused={onRefused} onForget={onForget} />
    </>
  );
}

createRoot(document.getElementById("root")).render(<App />);
