import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import { useLocation } from "wouter";
import type { Composition } from "../../../client/client";
import { QuotaLink } from "../account/quota-link";
import { useDeleteComposition, useUpdateComposition } from "../api/mutations";
import { useCompositions, useModels } from "../api/queries";
import { useTechniqueName } from "../api/technique-name";
import { useNotices } from "../app/notices";
import { PageTitle } from "../app/page-title";
import { LineageTree } from "../lineage/lineage-tree";
import { CardList } from "../lists/card-list";
import { DeleteDialog } from "../lists/delete-dialog";
import { ListFilter } from "../lists/list-tools";
import { useListView } from "../lists/list-view";
import { RenameDialog } from "../lists/rename-dialog";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { type CompositionAction, CompositionCard } from "./composition-card";

import "../theme/lists.css";

const techniques = ["unet-gan", "ar-cnn", "transformer", "arranger"] as const;
const states = ["PENDING", "RUNNING", "COMPLETED", "FAILED"] as const;
const allowed = { q: "any", technique: techniques, state: states, sort: ["name"], order: ["asc"] } as const;

interface Asked {
  readonly action: CompositionAction;
  readonly composition: Composition;
}

export default function CompositionsPage() {
  const session = useSessionState();
  return (
    <>
      <PageTitle
        title={texts.compositions.title}
        description={
          <>
            {texts.compositions.description} <QuotaLink quota="compositions" />
          </>
        }
      />
      {session.kind === "signed-out" ? <SignInNeeded reason={texts.compositions.signIn} /> : <Compositions />}
    </>
  );
}

function Compositions() {
  const view = useListView(allowed);
  const { filters, limit, cursor } = view;
  const list = useCompositions({ ...filters, limit, cursor });
  const models = useModels({ limit: 100 });
  const update = useUpdateComposition();
  const remove = useDeleteComposition();
  const { tell } = useNotices();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Asked>();
  const close = (): void => {
    setAsked(undefined);
  };
  const nameOf = useTechniqueName();
  return (
    <>
      <CardList
        label={texts.compositions.title}
        view={view}
        list={list}
        filters={
          <>
            <ListFilter
              label={texts.compositions.technique}
              value={filters.technique}
              choices={techniques.map((value) => ({ value, label: nameOf(value) }))}
              choose={(technique) => {
                view.choose({ technique });
              }}
            />
            <ListFilter
              label={texts.compositions.state}
              value={filters.state}
              choices={states.map((value) => ({ value, label: texts.compositions.states[value] }))}
              choose={(state) => {
                view.choose({ state });
              }}
            />
          </>
        }
        empty={texts.compositions.empty}
        first={
          <Button
            variant="primary"
            onClick={() => {
              navigate("/studio");
            }}
          >
            {texts.compositions.compose}
          </Button>
        }
        card={(composition) => (
          <CompositionCard
            key={composition.id}
            composition={composition}
            technique={nameOf(composition.technique)}
            model={models.data?.items.find(({ id }) => id === composition.modelId)?.name ?? composition.modelId}
            act={(action, of) => {
              setAsked({ action, composition: of });
            }}
          />
        )}
      />
      {asked?.action === "rename" && (
        <RenameDialog
          name={asked.composition.name}
          rename={async (name) => await update.mutateAsync({ id: asked.composition.id, body: { name } })}
          close={close}
        />
      )}
      {asked?.action === "delete" && (
        <DeleteDialog
          name={asked.composition.name}
          consequence={texts.compositions.deleteConsequence}
          remove={async () => {
            await remove.mutateAsync(asked.composition.id);
            tell({ type: "success", text: texts.lists.deleted(asked.composition.name) });
          }}
          close={close}
        />
      )}
      {asked?.action === "lineage" && (
        <Modal visible header={texts.lineage.title} closeAriaLabel={texts.lists.close} onDismiss={close}>
          <LineageTree composition={asked.composition} />
        </Modal>
      )}
    </>
  );
}
