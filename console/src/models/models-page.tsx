/** The stock models and the user's own. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useLocation } from "wouter";
import { type Model, useModels, useTechniques } from "../api/queries";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { EmptyList } from "../lists/empty-list";
import { ListPages } from "../lists/list-pages";
import { ListChoice, ListTools } from "../lists/list-tools";
import { useListView } from "../lists/list-view";
import { SortChoice } from "../lists/sort-choice";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
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
      <PageTitle title={modelsTexts.title} description={modelsTexts.description}>
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
  const techniques = useTechniques();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<{ readonly action: ModelAction; readonly model: Model }>();
  const { items = [], total = 0, nextCursor } = list.data ?? {};
  const nameOf = (technique: string): string =>
    techniques.data?.items.find(({ id }) => id === technique)?.name ?? technique;
  return (
    <>
      <ListTools
        q={filters.q}
        find={(q) => {
          view.choose({ q });
        }}
      >
        <ListChoice
          label={modelsTexts.technique}
          value={filters.technique}
          choices={[
            { value: "", label: texts.lists.all },
            ...techniqueIds.map((value) => ({ value, label: nameOf(value) })),
          ]}
          choose={(technique) => {
            view.choose({ technique });
          }}
        />
        <ListChoice
          label={modelsTexts.kind}
          value={filters.stock}
          choices={[
            { value: "", label: texts.lists.all },
            { value: "true", label: modelsTexts.kinds.stock },
            { value: "false", label: modelsTexts.kinds.own },
          ]}
          choose={(stock) => {
            view.choose({ stock });
          }}
        />
        <SortChoice filters={filters} choose={view.choose} />
      </ListTools>
      {list.isError && <ProblemAlert error={list.error} />}
      {list.isPending && <p role="status">{texts.loading}</p>}
      {list.isSuccess && items.length === 0 && (
        <EmptyList view={view} text={modelsTexts.empty}>
          <Button
            variant="primary"
            onClick={() => {
              navigate("/training/new");
            }}
          >
            {modelsTexts.train}
          </Button>
        </EmptyList>
      )}
      <ul className="piece-cards" aria-label={modelsTexts.title} aria-busy={list.isPlaceholderData}>
        {items.map((model) => (
          <ModelCard
            key={model.id}
            model={model}
            technique={nameOf(model.technique)}
            act={(action, of) => {
              setAsked({ action, model: of });
            }}
          />
        ))}
      </ul>
      <ListPages
        view={view}
        count={items.length}
        total={total}
        nextCursor={nextCursor}
        isTurning={list.isPlaceholderData}
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
