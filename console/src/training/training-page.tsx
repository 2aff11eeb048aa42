/** The list of trainings, from which some can be chosen to be compared. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { QuotaLink } from "../account/quota-link";
import { useTechniqueName } from "../api/technique-name";
import { useNotices } from "../app/notices";
import { PageTitle } from "../app/page-title";
import { CardList } from "../lists/card-list";
import { DeleteDialog } from "../lists/delete-dialog";
import { ListFilter } from "../lists/list-tools";
import { useListView } from "../lists/list-view";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { trainingTexts } from "../texts/en-training";
import { JobCard } from "./job-card";
import { jobStates } from "./job-state";
import { useDeleteTrainingJob } from "./training-changes";
import { useTrainingJobs } from "./training-queries";
import type { TrainingJob } from "./training-resources";

import "../theme/lists.css";
import "../theme/training.css";

const { list: words, states } = trainingTexts;
const techniqueIds = ["unet-gan", "ar-cnn", "transformer"] as const;
const allowed = { q: "any", technique: techniqueIds, state: jobStates, sort: ["name"], order: ["asc"] } as const;
export const mostCompared = 6;

export default function TrainingPage() {
  const session = useSessionState();
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const [compared, setCompared] = useState<readonly string[]>(() =>
    (search.get("compare") ?? "").split(",").filter((id) => id !== ""),
  );
  return (
    <>
      <PageTitle
        title={words.title}
        description={
          <>
            {words.description} <QuotaLink quota="trainingJobs" />
          </>
        }
      >
        {session.kind === "signed-in" && (
          <>
            <Button
              disabled={compared.length < 2}
              disabledReason={words.compareHint}
              onClick={() => {
                navigate(`/training/compare?jobs=${compared.join(",")}`);
              }}
            >
              {words.compare(compared.length)}
            </Button>
            <Button
              variant="primary"
              onClick={() => {
                navigate("/training/new");
              }}
            >
              {words.start}
            </Button>
          </>
        )}
      </PageTitle>
      {session.kind === "signed-out" ? (
        <SignInNeeded reason={words.signIn} />
      ) : (
        <Jobs compared={compared} setCompared={setCompared} />
      )}
    </>
  );
}

function Jobs(props: { readonly compared: readonly string[]; readonly setCompared: (ids: readonly string[]) => void }) {
  const { compared, setCompared } = props;
  const view = useListView(allowed);
  const { filters, limit, cursor } = view;
  const list = useTrainingJobs({ ...filters, limit, cursor });
  const remove = useDeleteTrainingJob();
  const { tell } = useNotices();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<TrainingJob>();
  const nameOf = useTechniqueName();
  return (
    <>
      <CardList
        label={words.title}
        view={view}
        list={list}
        filters={
          <>
            <ListFilter
              label={words.technique}
              value={filters.technique}
              choices={techniqueIds.map((value) => ({ value, label: nameOf(value) }))}
              choose={(technique) => {
                view.choose({ technique });
              }}
            />
            <ListFilter
              label={words.state}
              value={filters.state}
              choices={jobStates.map((value) => ({ value, label: states[value] }))}
              choose={(state) => {
                view.choose({ state });
              }}
            />
          </>
        }
        empty={words.empty}
        first={
          <>
            <Button
              variant="primary"
              onClick={() => {
                navigate("/training/new");
              }}
            >
              {words.start}
            </Button>
            <Link href="/learn/gan">{words.emptyLearn}</Link>
          </>
        }
        card={(job) => (
          <JobCard
            key={job.id}
            job={job}
            technique={nameOf(job.technique)}
            isCompared={compared.includes(job.id)}
            mayCompare={compared.includes(job.id) || compared.length < mostCompared}
            compare={(isCompared) => {
              setCompared(isCompared ? [...compared, job.id] : compared.filter((id) => id !== job.id));
            }}
            remove={setAsked}
          />
        )}
      />
      {asked !== undefined && (
        <DeleteDialog
          name={asked.name}
          consequence={words.deleteConsequence}
          remove={async () => {
            await remove.mutateAsync(asked.id);
            setCompared(compared.filter((id) => id !== asked.id));
            tell({ type: "success", text: texts.lists.deleted(asked.name) });
          }}
          close={() => {
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}
