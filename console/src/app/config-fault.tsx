import { ConfigError } from "../config";
import { texts } from "../texts/en";

/** The whole page when the console does not know its deployment: nothing else can be shown. */
export function ConfigFault({ error }: { readonly error: unknown }) {
  const reasons = error instanceof ConfigError ? error.message.split("\n") : [String(error)];
  return (
    <main className="fault" role="alert">
      <h1>{texts.configFault.title}</h1>
      <p>{texts.configFault.explanation}</p>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <p>{texts.configFault.advice}</p>
      <button
        type="button"
        className="plain-button"
        onClick={() => {
          location.reload();
        }}
      >
        {texts.reload}
      </button>
    </main>
  );
}
