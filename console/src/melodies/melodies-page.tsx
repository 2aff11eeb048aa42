import { useState } from "react";
import { QuotaLink } from "../account/quota-link";
import { useDeleteTrack, useUpdateTrack } from "../api/mutations";
import { type Track, useSampleMelodies, useTracks } from "../api/queries";
import { useNotices } from "../app/notices";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { CardList } from "../lists/card-list";
import { DeleteDialog } from "../lists/delete-dialog";
import { useListView } from "../lists/list-view";
import { RenameDialog } from "../lists/rename-dialog";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { AddMelodyButton } from "./add-melody-button";
import { SampleCard, type TrackAction, TrackCard } from "./melody-card";

import "../theme/lists.css";

const allowed = { q: "any", sort: ["name"], order: ["asc"] } as const;

interface Asked {
  readonly action: TrackAction;
  readonly track: Track;
}

export default function MelodiesPage() {
  const session = useSessionState();
  return (
    <>
      <PageTitle
        title={texts.melodies.title}
        description={
          <>
            {texts.melodies.description} <QuotaLink quota="tracks" />
          </>
        }
      >
        {session.kind !== "signed-out" && <AddMelodyButton />}
      </PageTitle>
      <section aria-label={texts.melodies.own}>
        {session.kind === "signed-out" ? <SignInNeeded reason={texts.melodies.signIn} /> : <OwnMelodies />}
      </section>
      <SampleMelodies />
    </>
  );
}

function OwnMelodies() {
  const view = useListView(allowed);
  const { filters, limit, cursor } = view;
  const list = useTracks({ ...filters, limit, cursor });
  const update = useUpdateTrack();
  const remove = useDeleteTrack();
  const { tell } = useNotices();
  const [asked, setAsked] = useState<Asked>();
  const close = (): void => {
    setAsked(undefined);
  };
  return (
    <>
      <CardList
        label={texts.melodies.own}
        view={view}
        list={list}
        empty={texts.melodies.empty}
        first={<AddMelodyButton />}
        card={(track) => (
          <TrackCard
            key={track.id}
            track={track}
            act={(action, of) => {
              setAsked({ action, track: of });
            }}
          />
        )}
      />
      {asked?.action === "rename" && (
        <RenameDialog
          name={asked.track.name}
          rename={async (name) => await update.mutateAsync({ id: asked.track.id, body: { name } })}
          close={close}
        />
      )}
      {asked?.action === "delete" && (
        <DeleteDialog
          name={asked.track.name}
          consequence={texts.melodies.deleteConsequence}
          remove={async () => {
            await remove.mutateAsync(asked.track.id);
            tell({ type: "success", text: texts.lists.deleted(asked.track.name) });
          }}
          close={close}
        />
      )}
    </>
  );
}

function SampleMelodies() {
  const samples = useSampleMelodies();
  return (
    <section className="list-section">
      <h2>{texts.melodies.samples}</h2>
      {samples.isError && <ProblemAlert error={samples.error} />}
      {samples.isPending && <p role="status">{texts.loading}</p>}
      <ul className="piece-cards">
        {samples.data?.items.map((sample) => (
          <SampleCard key={sample.id} sample={sample} />
        ))}
      </ul>
    </section>
  );
}
