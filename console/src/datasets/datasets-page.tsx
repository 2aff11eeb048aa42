/** The user's data sets. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useLocation } from "wouter";
import { QuotaLink } from "../account/quota-link";
import { PageTitle } from "../app/page-title";
import { CardList } from "../lists/card-list";
import { useListView } from "../lists/list-view";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { datasetsTexts as words } from "../texts/en-datasets";
import { type DatasetAction, DatasetCard } from "./dataset-card";
import { DatasetDialogs } from "./dataset-dialogs";
import { type Dataset, useDatasets } from "./dataset-queries";

import "../theme/lists.css";
import "../theme/datasets.css";

const allowed = { q: "any", sort: ["name"], order: ["asc"] } as const;

export default function DatasetsPage() {
  const session = useSessionState();
  return (
    <>
      <PageTitle
        title={words.title}
        description={
          <>
            {words.description} <QuotaLink quota="datasets" />
          </>
        }
      >
        {session.kind === "signed-in" && <CreateButton />}
      </PageTitle>
      {session.kind === "signed-out" ? <SignInNeeded reason={words.signIn} /> : <Datasets />}
    </>
  );
}

function CreateButton() {
  const [, navigate] = useLocation();
  return (
    <Button
      variant="primary"
      onClick={() => {
        navigate("/datasets/new");
      }}
    >
      {words.create}
    </Button>
  );
}

function Datasets() {
  const view = useListView(allowed);
  const { filters, limit, cursor } = view;
  const list = useDatasets({ ...filters, limit, cursor });
  const [asked, setAsked] = useState<{ readonly action: DatasetAction; readonly dataset: Dataset }>();
  return (
    <>
      <CardList
        label={words.title}
        view={view}
        list={list}
        empty={words.empty}
        first={<CreateButton />}
        card={(dataset) => (
          <DatasetCard
            key={dataset.id}
            dataset={dataset}
            act={(action, of) => {
              setAsked({ action, dataset: of });
            }}
          />
        )}
      />
      {asked !== undefined && (
        <DatasetDialogs
          {...asked}
          close={() => {
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}
