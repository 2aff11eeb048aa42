/** The stock models and the user's own. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useLocation } from "wouter";
import { QuotaLink } from "../account/quota-link";
import { type Model, useModels } from "../api/queries";
import { useTechniqueName } from "../api/technique-name";
import { PageTitle } from "../app/page-title";
import { CardList } from "../lists/card-list";
import { ListFilter } from "../lists/list-tools";
import { useListView } from "../lists/list-view";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { modelsTexts } from "../texts/en-models";
import { type ModelAction, ModelCard } from "./model-card";
import { ModelDialogs } from "./model-dialogs";

import "../theme/lists.css";
import "../theme/models.css";

const techniqueIds = ["unet-gan", "ar-cnn", "transformer"] as const;
const kinds = ["true", "false"] as const;
const allowed = { q: "any", technique: techniqueIds, stock: kinds, sort: ["name"], order: ["asc"] } as const;

export default function ModelsPage() {
  const session = useSessionState();
  const [, navigate] = useLocation();
  return (
    <>
      <PageTitle
        title={modelsTexts.title}
        description={
          <>
            {modelsTexts.description} <QuotaLink quota="models" />
          </>
        }
      >
        <Button
          variant="primary"
          onClick={() => {
            navigate("/training/new");
          }}
        >
          {modelsTexts.train}
        </Button>
      </PageTitle>
      {session.kind === "signed-out" ? <SignInNeeded reason={modelsTexts.signIn} /> : <Models />}
    </>
  );
}

function Models() {
  const view = useListView(allowed);
  const { filters, limit, cursor } = view;
  const list = useModels({ ...filters, limit, cursor });
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<{ readonly action: ModelAction; readonly model: Model }>();
  const nameOf = useTechniqueName();
  return (
    <>
      <CardList
        label={modelsTexts.title}
        view={view}
        list={list}
        filters={
          <>
            <ListFilter
              label={modelsTexts.technique}
              value={filters.technique}
              choices={techniqueIds.map((value) => ({ value, label: nameOf(value) }))}
              choose={(technique) => {
                view.choose({ technique });
              }}
            />
            <ListFilter
              label={modelsTexts.kind}
              value={filters.stock}
              choices={[
                { value: "true", label: modelsTexts.kinds.stock },
                { value: "false", label: modelsTexts.kinds.own },
              ]}
              choose={(stock) => {
                view.choose({ stock });
              }}
            />
          </>
        }
        empty={modelsTexts.empty}
        first={
          <Button
            variant="primary"
            onClick={() => {
              navigate("/training/new");
            }}
          >
            {modelsTexts.train}
          </Button>
        }
        card={(model) => (
          <ModelCard
            key={model.id}
            model={model}
            technique={nameOf(model.technique)}
            act={(action, of) => {
              setAsked({ action, model: of });
            }}
          />
        )}
      />
      {asked !== undefined && (
        <ModelDialogs
          {...asked}
          close={() => {
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}
