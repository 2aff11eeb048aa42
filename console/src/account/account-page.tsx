/** Who is signed in, what the user has of each quota, and the deletion of all of it. */
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { accountTexts as words } from "../texts/en-account";
import { EraseData } from "./erase-data";
import { type QuotaName, type Usage, usedPart, useUsage } from "./usage";

import "../theme/account.css";

const order: readonly QuotaName[] = [
  "compositions",
  "tracks",
  "models",
  "datasets",
  "trainingJobs",
  "openCompositions",
  "openTrainingJobs",
  "storedBytes",
];

export default function AccountPage() {
  const session = useSessionState();
  if (session.kind === "signed-out")
    return (
      <>
        <PageTitle title={words.title} />
        <SignInNeeded reason={words.signIn} />
      </>
    );
  return (
    <>
      <PageTitle title={words.title} description={words.description(session.userName)} />
      <UsedQuotas />
      <EraseData />
    </>
  );
}

function UsedQuotas() {
  const { data, error } = useUsage();
  if (data === undefined) return error === null ? <p role="status">{texts.loading}</p> : <ProblemAlert error={error} />;
  return (
    <ul className="card quotas" aria-label={words.title}>
      {order.map((name) => (
        <QuotaRow key={name} name={name} usage={data} />
      ))}
    </ul>
  );
}

function QuotaRow({ name, usage }: { readonly name: QuotaName; readonly usage: Usage }) {
  const part = usedPart(usage, name);
  const label = `quota-${name}`;
  const amount = words.amount(name, usage.used[name], usage.quotas[name]);
  return (
    <li>
      <h2 id={label}>{words.things[name]}</h2>
      <span className="figures">{amount}</span>
      <meter aria-labelledby={label} aria-valuetext={amount} min={0} max={1} high={0.9} optimum={0} value={part} />
      {(part === 1 || words.notes[name] !== undefined) && <p>{part === 1 ? words.isFull : words.notes[name]}</p>}
    </li>
  );
}
