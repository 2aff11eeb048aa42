import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";
import { useConfig } from "../app/config-context";
import { PageTitle } from "../app/page-title";
import { texts } from "../texts/en";
import type { ShippedLicense } from "./shipped-license";

import "../theme/about.css";

const licensesSchema = z.array(
  z.object({ name: z.string(), version: z.string(), license: z.string(), text: z.string() }),
);

/** The build writes the list: console/build/licenses.ts. */
async function loadLicenses(): Promise<readonly ShippedLicense[]> {
  const response = await fetch("/licenses.json");
  if (!response.ok) throw new Error(`The list of licenses has status ${response.status}.`);
  return licensesSchema.parse(await response.json());
}

export default function AboutPage() {
  const { version, apiUrl, region } = useConfig();
  const licenses = useQuery({ queryKey: ["licenses"], queryFn: loadLicenses, staleTime: Infinity });
  return (
    <>
      <PageTitle title={texts.about.title} description={texts.about.description} />
      <dl className="card about-facts">
        <dt>{texts.about.version}</dt>
        <dd>{version}</dd>
        <dt>{texts.about.apiUrl}</dt>
        <dd>{apiUrl}</dd>
        <dt>{texts.about.region}</dt>
        <dd>{region}</dd>
      </dl>
      <h2>{texts.about.licenses}</h2>
      <p>{texts.about.licensesExplanation}</p>
      {licenses.isPending && <p role="status">{texts.loading}</p>}
      {licenses.isError && <p role="alert">{texts.about.licensesMissing}</p>}
      <ul className="licenses">
        {licenses.data?.map(({ name, version: of, license, text }) => (
          <li key={`${name}@${of}`} className="card">
            <details>
              <summary>
                <strong>{name}</strong> <span className="figures">{of}</span> <span>{license}</span>
              </summary>
              <pre tabIndex={0}>{text}</pre>
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}
