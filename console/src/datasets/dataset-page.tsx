/** One data set: files are pushed to it, and what was read of them is shown. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { datasetsTexts, datasetTexts as words } from "../texts/en-datasets";
import type { DatasetAction } from "./dataset-card";
import { DatasetDialogs } from "./dataset-dialogs";
import { DatasetFiles } from "./dataset-files";
import { type Dataset, useDataset } from "./dataset-queries";
import { PushCard } from "./push-card";
import { ReadCard } from "./read-card";
import { VersionsCard } from "./versions-card";

import "../theme/lists.css";
import "../theme/training.css";
import "../theme/datasets.css";

export default function DatasetPage() {
  const { id } = useParams<{ readonly id: string }>();
  const session = useSessionState();
  const dataset = useDataset(id);
  if (session.kind === "signed-out")
    return (
      <>
        <PageTitle title={datasetsTexts.title} />
        <SignInNeeded reason={datasetsTexts.signIn} />
      </>
    );
  if (dataset.data !== undefined) return <DatasetView dataset={dataset.data} />;
  return (
    <>
      <PageTitle title={datasetsTexts.title} />
      {dataset.isError ? (
        <ProblemAlert error={dataset.error} wayOn={{ href: "/datasets", label: datasetsTexts.wayOn }} />
      ) : (
        <p role="status">{texts.loading}</p>
      )}
    </>
  );
}

function DatasetView({ dataset }: { readonly dataset: Dataset }) {
  const { name, description, license } = dataset;
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<DatasetAction>();
  const source = license.source === undefined ? "" : ` · ${license.source}`;
  const kind = `${datasetsTexts.licenseKinds[license.kind].label}${license.spdx === undefined ? "" : ` (${license.spdx})`}`;
  return (
    <>
      <PageTitle title={name} description={description}>
        <Button
          onClick={() => {
            setAsked("rename");
          }}
        >
          {datasetsTexts.actions.rename}
        </Button>
        <Button
          onClick={() => {
            setAsked("delete");
          }}
        >
          {datasetsTexts.actions.delete}
        </Button>
      </PageTitle>
      <p className="dataset-license">
        {words.license(kind)}. “{license.text}”{source}
      </p>
      <div className="dataset-page">
        <PushCard dataset={dataset} />
        <ReadCard dataset={dataset} />
      </div>
      <VersionsCard dataset={dataset} />
      <DatasetFiles dataset={dataset} />
      {asked !== undefined && (
        <DatasetDialogs
          action={asked}
          dataset={dataset}
          close={() => {
            setAsked(undefined);
          }}
          onDeleted={() => {
            navigate("/datasets");
          }}
        />
      )}
    </>
  );
}
